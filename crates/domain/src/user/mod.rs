//! Users and their values.

mod account_email;
mod context;
mod disabled_reason;
mod email;
mod given_password;
mod imported_hash;
mod legacy_id;
mod login_name;
mod name;
mod password;
mod precis;
mod profile;
mod stored_account;
#[cfg(test)]
mod tests;

pub use account_email::AccountEmail;
pub use disabled_reason::{DisabledReason, InvalidDisabledReason};
pub use email::{EmailAddress, InvalidEmailAddress};
pub use given_password::{GivenPassword, InvalidGivenPassword};
pub use imported_hash::{
    Argon2Hash, Argon2Kind, Argon2Version, BcryptHash, Digest, HashScheme, ImportedHash,
    InvalidImportedHash, Pbkdf2Hash, SaltedOutput, ScryptHash,
};
pub use legacy_id::{InvalidLegacyId, LegacyId};
pub use login_name::{InvalidLoginName, LoginName};
pub use name::{InvalidUserName, UserName};
pub use password::{
    CurrentPasswordMissing, CurrentPasswordRule, FoldedPassword, InvalidPassword, NewPassword,
    Password, PasswordHash, PasswordRules, PasswordTooShort,
};
pub use profile::{Icon, InvalidIcon, InvalidStatus, Status};
pub use stored_account::{AccountPosition, StoredAccount, StoredText};

use crate::Timestamp;
use crate::id::id;

id! {
    /// Identifies a user for ever. It is public.
    UserId
}

/// The public part of an account. The password hash is only in [`Credential`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its id, which never changes.
    pub id: UserId,
    /// The name that the user logs in with.
    pub name: UserName,
    /// The address, proved or not. A user may have none.
    pub email: Option<AccountEmail>,
    /// An icon, if the user has set one.
    pub icon: Option<Icon>,
    /// A status line, if the user has set one.
    pub status: Option<Status>,
    /// When the user registered; never changes.
    pub created_at: Timestamp,
}

/// Whether an account can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// The account can be used.
    Active,
    /// The account waits until its address is verified. Nobody can log in to it, but it reserves its name and address.
    Pending {
        /// When the account lapses and frees its name and address.
        until: Timestamp,
    },
    /// An operator has disabled the account, for this reason if one was given. It has no sessions, and nobody can log in
    /// to it.
    Disabled(Option<DisabledReason>),
}

impl AccountState {
    /// Whether the account has lapsed at `now`: it waited too long, and nothing finds it any more.
    #[must_use]
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        match self {
            Self::Pending { until } => *until <= now,
            Self::Active | Self::Disabled(_) => false,
        }
    }
}

/// The part of an account that a login is checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The account.
    pub user_id: UserId,
    /// The hash of the password.
    pub password_hash: PasswordHash,
    /// Whether the account can be used.
    pub state: AccountState,
}

/// A change of a field that may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// The field keeps its value.
    #[default]
    Keep,
    /// The field becomes empty.
    Clear,
    /// The field gets this value.
    Set(T),
}

impl<T> Change<T> {
    /// The same change with its value, if it has one, converted by `parse`.
    ///
    /// # Errors
    /// The error of `parse`.
    pub fn try_map<U, E>(self, parse: impl FnOnce(T) -> Result<U, E>) -> Result<Change<U>, E> {
        Ok(match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(value) => Change::Set(parse(value)?),
        })
    }
}
