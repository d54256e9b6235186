//! Users and the values they are made of.

mod account_email;
mod context;
mod email;
mod name;
mod password;
mod precis;
mod profile;
#[cfg(test)]
mod tests;

pub use account_email::AccountEmail;
pub use email::{EmailAddress, InvalidEmailAddress};
pub use name::{InvalidUserName, UserName};
pub use password::{
    InvalidPassword, NewPassword, Password, PasswordHash, PasswordRules, PasswordTooShort,
};
pub use profile::{Icon, InvalidIcon, InvalidStatus, Status};

use crate::Timestamp;
use crate::id::id;

id! {
    /// Names a user for ever. Public, and no secret.
    UserId
}

/// An account as others may learn of it; its password hash is in [`Credential`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Names the user for ever.
    pub id: UserId,
    /// The name it logs in with.
    pub name: UserName,
    /// Its address, proved or not; some users register without one.
    pub email: Option<AccountEmail>,
    /// A picture, if it chose one.
    pub icon: Option<Icon>,
    /// A status line, if it wrote one.
    pub status: Option<Status>,
    /// When it registered; never changes.
    pub created_at: Timestamp,
}

/// Whether an account may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// It may.
    Active,
    /// It waits for the verification of its address and is no user yet. It holds its name and address until then.
    Pending {
        /// When it stops to hold them.
        until: Timestamp,
    },
}

/// What a login is checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Whose it is.
    pub user_id: UserId,
    /// The hash of the password.
    pub password_hash: PasswordHash,
    /// Whether the account may be used.
    pub state: AccountState,
}

/// What becomes of a field that may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It becomes empty.
    Clear,
    /// It becomes this.
    Set(T),
}

impl<T> Change<T> {
    /// The same change of another type; the value to set is made by `parse`.
    ///
    /// # Errors
    /// What `parse` answers.
    pub fn try_map<U, E>(self, parse: impl FnOnce(T) -> Result<U, E>) -> Result<Change<U>, E> {
        Ok(match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(value) => Change::Set(parse(value)?),
        })
    }
}
