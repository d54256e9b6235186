//! Finding a user by its id.

use super::Accounts;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::ports::{StoreError, StoreExt};
use crate::user::{User, UserId};

/// Why no user is found.
#[derive(Debug, thiserror::Error)]
pub enum FindUserError {
    /// No active account has the id.
    #[error("no such user")]
    UserUnknown,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HasErrorCode for FindUserError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::UserUnknown => ErrorCode::UserUnknown,
            Self::Store(error) => error.code(),
        }
    }
}

impl Accounts {
    /// The user with this id.
    ///
    /// # Errors
    /// [`FindUserError::UserUnknown`] if there is none, or the account still waits for verification;
    /// [`FindUserError::Store`] if the database fails.
    pub async fn find_user(&self, id: UserId) -> Result<User, FindUserError> {
        self.store
            .read(move |reader| reader.users().find(id))
            .await?
            .ok_or(FindUserError::UserUnknown)
    }
}
