//! What clients asked, when, and what they were answered.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Microseconds since the run began, by a clock that nobody sets.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Moment(pub i64);

impl Moment {
    /// The moment so long after this one.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(micros(span)))
    }

    /// The moment so long before this one.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(micros(span)))
    }
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// Everything that was written down of a run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct History {
    /// What the servers were configured to, and what the run did to them.
    pub bounds: Bounds,
    /// Since when nothing is broken, and everything has had time to recover.
    pub mended: Option<Moment>,
    /// The requests, in any order.
    pub events: Vec<Event>,
    /// The messages, each as often as it was accepted, in order.
    pub mail: Vec<AcceptedMail>,
    /// What the outbox held at the end.
    pub outbox: Vec<QueuedMail>,
    /// What went wrong beside the requests, in the servers' words.
    pub defects: Vec<String>,
    /// The numbers of all invalidations, in order.
    pub invalidations: Vec<u64>,
}

/// What the servers were configured to, and what the run did to them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bounds {
    /// The longest time between the answer that revokes a session and the last request that its token is accepted for.
    pub revoked_within: Duration,
    /// How far the clocks of any node and of the run differ.
    pub clock_skew: Duration,
    /// How much of an extension a crash may undo, because a use is written in the background.
    pub unwritten_use: Duration,
    /// How long a token lives after its successor was first used.
    pub grace: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            revoked_within: Duration::from_secs(3),
            clock_skew: Duration::ZERO,
            unwritten_use: Duration::from_mins(1),
            grace: Duration::from_mins(1),
        }
    }
}

/// One request of one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The client. It asks one thing after another.
    pub client: u32,
    /// The node that it asked.
    pub node: u32,
    /// When it asked.
    pub asked: Moment,
    /// When it was answered, or gave up.
    pub answered: Moment,
    /// The token that it presented.
    pub token: Option<Token>,
    /// What it asked.
    pub request: Request,
    /// What it was answered.
    pub answer: Answer,
}

/// A token, named so that no history of real servers holds a token.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Token {
    /// The session it belongs to: any text that is the same for all tokens of a session and for no other.
    pub session: String,
    /// The token itself: any text that is the same for no other token.
    pub id: String,
}

/// What a client asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// An account that is active at once.
    Register {
        /// The name wanted, normalized.
        name: String,
        /// The address wanted, normalized.
        email: Option<String>,
        /// The password.
        password: String,
        /// How the session's tokens expire.
        policy: Policy,
    },
    /// An account that waits for its address to be verified.
    RequestAccount {
        /// The name wanted, normalized.
        name: String,
        /// The address to verify, normalized.
        email: String,
        /// The password.
        password: String,
        /// How long the account waits.
        waits: Duration,
    },
    /// A mailed link is followed, which proves an address.
    Follow(Link),
    /// A session.
    LogIn {
        /// The name, normalized.
        name: String,
        /// The password.
        password: String,
        /// How the session's tokens expire.
        policy: Policy,
    },
    /// Who the token belongs to.
    Check,
    /// The next token, if it is due.
    Renew,
    /// Another name.
    Rename {
        /// The name wanted, normalized.
        name: String,
    },
    /// Another password. It revokes the user's other sessions.
    ChangePassword {
        /// The password wanted.
        password: String,
    },
    /// A link that changes the address.
    ChangeEmail {
        /// The address wanted, normalized.
        email: String,
    },
    /// The end of the session.
    LogOut,
    /// The end of all sessions of the user.
    LogOutEverywhere,
    /// A link that sets a new password.
    Recover {
        /// The address, normalized.
        email: String,
    },
    /// Another password, by a mailed link. It revokes all sessions of the user.
    Reset {
        /// The link.
        link: Link,
        /// The password wanted.
        password: String,
    },
    /// The end of the account.
    Delete,
}

/// How a session's tokens expire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Each use moves the expiry.
    Sliding,
    /// A next token replaces the token.
    Rotating,
}

/// A mailed link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Any text that is the same for no other link.
    pub id: String,
    /// The user that the link belongs to.
    pub user: String,
    /// The address that the link was mailed to, normalized.
    pub mailed_to: String,
    /// What following it does.
    pub purpose: Purpose,
}

/// What following a link does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Activates a waiting account.
    VerifyAccount,
    /// Gives the user the address that the link was mailed to.
    ChangeEmail,
    /// Sets a new password.
    ResetPassword,
}

/// What a client is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// A session was issued.
    Issued {
        /// Its user.
        user: String,
        /// Its first token.
        token: Token,
        /// When that expires.
        expires_at: Moment,
    },
    /// The token is live.
    Live {
        /// Its user.
        user: String,
        /// When it expires.
        expires_at: Moment,
    },
    /// The next token; `None` if it is not due.
    Next(Option<NextToken>),
    /// The password of this user was set.
    Reset {
        /// The user.
        user: String,
    },
    /// It is done.
    Done,
    /// It is refused, and nothing was changed.
    Refused(Refusal),
    /// The server has a defect, in its own words.
    Failed(String),
    /// Nobody knows whether it is done: the node crashed, or answered that the database did not.
    Unknown,
}

/// Whether a request had its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It had.
    Done,
    /// It had none.
    Nothing,
    /// Nobody knows. It may still have it later.
    Unknown,
}

impl Answer {
    /// Whether the answer shows that the request had its effect.
    #[must_use]
    pub fn effect(&self) -> Effect {
        match self {
            Self::Issued { .. }
            | Self::Live { .. }
            | Self::Next(_)
            | Self::Reset { .. }
            | Self::Done => Effect::Done,
            Self::Refused(_) => Effect::Nothing,
            Self::Failed(_) | Self::Unknown => Effect::Unknown,
        }
    }
}

/// The token that follows another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextToken {
    /// The token.
    pub token: Token,
    /// When it expires.
    pub expires_at: Moment,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Another account has the name.
    NameTaken,
    /// Another account has the address.
    EmailTaken,
    /// No account has the name, or the password is wrong.
    WrongCredentials,
    /// The password is right, but the account waits to be verified.
    NotVerified,
    /// The token is unknown, expired or revoked.
    TokenInvalid,
    /// The link is unknown, used or expired.
    LinkUnknown,
}

/// A message that the mail server has taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedMail {
    /// The id of the message.
    pub id: String,
    /// The address it went to, normalized.
    pub to: String,
    /// When it was taken.
    pub at: Moment,
    /// When the node that handed it over had stored so, while it held the lease; `None` if it could not, and the message may
    /// be sent again.
    pub settled: Option<Moment>,
}

/// A message that is still in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedMail {
    /// The id of the message.
    pub id: String,
    /// The address it is to go to, normalized.
    pub to: String,
    /// Whether it is still to be sent.
    pub state: MailState,
}

/// Whether a message in the outbox is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    /// It is to be sent.
    Queued,
    /// It was given up.
    DeadLetter,
}
