//! What clients are answered.

use serde::{Deserialize, Serialize};

use super::{Moment, Token};

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
    /// One of the two: the API does not tell which.
    LoginRefused,
    /// The token is unknown, expired or revoked.
    TokenInvalid,
    /// The link is unknown, used or expired.
    LinkUnknown,
}
