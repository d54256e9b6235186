//! What clients ask.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Moment;

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
    /// When it was made and how long it works, if that is known.
    #[serde(default)]
    pub times: Option<LinkTimes>,
}

/// When a link was made, and how long it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkTimes {
    /// When the node began to make it, by the node's clock.
    pub created_at: Moment,
    /// When the mail server took the message that carries it.
    pub mailed_at: Moment,
    /// The first moment at which it no longer works, by the nodes' clocks.
    pub expires_at: Moment,
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
