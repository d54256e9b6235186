//! Accounts as an operator sees them, those included that cannot be read as a [`User`](super::User).

use super::{AccountState, UserId};
use crate::Timestamp;
use crate::invite::InviteId;

/// A text as it is stored. It need not be what a name or an address may be now: an earlier release may have admitted it, or
/// somebody edited it. Nothing is known of its characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredText(Box<str>);

impl StoredText {
    /// This text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text.into())
    }

    /// The text. Whoever prints it escapes what a terminal would obey.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The place of an account among all accounts, which are ordered by their normalized names, byte by byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountPosition(Box<str>);

impl AccountPosition {
    /// The place of the account with this normalized name, as it is stored.
    #[must_use]
    pub fn new(name_key: String) -> Self {
        Self(name_key.into())
    }

    /// The normalized name.
    #[must_use]
    pub fn name_key(&self) -> &str {
        &self.0
    }
}

/// An account, whatever its state, without its credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAccount {
    /// Its id, which never changes.
    pub id: UserId,
    /// Its name.
    pub name: StoredText,
    /// Its place among all accounts.
    pub position: AccountPosition,
    /// Its address, proved or not.
    pub email: Option<StoredText>,
    /// When the address was last proved; `None` if it is not known to be proved.
    pub email_proved_at: Option<Timestamp>,
    /// Whether it can be used.
    pub state: AccountState,
    /// When it was registered.
    pub created_at: Timestamp,
    /// The invitation that it was registered with.
    pub invite: Option<InviteId>,
}

impl StoredAccount {
    /// Whether the account has lapsed at `now`: it waited for verification too long, and is not there any more.
    #[must_use]
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        self.state.has_lapsed(now)
    }
}
