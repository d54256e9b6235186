//! Why a login is refused.

use crate::error_code::{ErrorCode, HasErrorCode};
use crate::ports::{HashError, RateLimited, StoreError};
use crate::services::second_factor::SecondFactorError;
use crate::user::UserId;

/// Why a login is refused.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The client must wait.
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    /// No account has the name, or the address proved.
    #[error("no such user")]
    UserUnknown,
    /// The password is wrong.
    #[error("wrong password")]
    WrongPassword,
    /// The stored hash of the user's password cannot be read, so no password is right.
    #[error(
        "user {0} cannot log in, because the stored hash of the password cannot be read: the user must set a new \
         password, by a mailed link or in a live session"
    )]
    PasswordUnreadable(UserId),
    /// The password is right, but the account waits for verification.
    #[error("the account waits for verification")]
    NotVerified,
    /// The password is right, but an operator has disabled the account.
    #[error("the account is disabled")]
    Disabled,
    /// The password is right, and the code of the second factor is missing, wrong or used.
    #[error(transparent)]
    SecondFactor(#[from] SecondFactorError),
    /// The password could not be compared.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LoginError {
    /// Whether the login may have been a guess.
    pub(super) fn is_of_a_guess(&self) -> bool {
        match self {
            Self::UserUnknown | Self::WrongPassword | Self::PasswordUnreadable(_) => true,
            Self::SecondFactor(error) => error.is_of_a_guess(),
            Self::RateLimited(_)
            | Self::NotVerified
            | Self::Disabled
            | Self::Hash(_)
            | Self::Store(_) => false,
        }
    }
}

impl HasErrorCode for LoginError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::RateLimited(limited) => limited.code(),
            Self::UserUnknown => ErrorCode::UserUnknown,
            Self::WrongPassword => ErrorCode::WrongPassword,
            Self::PasswordUnreadable(_) => ErrorCode::PasswordUnreadable,
            Self::NotVerified => ErrorCode::NotVerified,
            Self::Disabled => ErrorCode::AccountDisabled,
            Self::SecondFactor(error) => error.code(),
            Self::Hash(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}
