//! Telling about another user.

use super::Accounts;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::ports::{StoreError, StoreExt};
use crate::user::{User, UserId};

/// Why a user could not be told about.
#[derive(Debug, thiserror::Error)]
pub enum FindUserError {
    /// There is none with that id; a waiting account is none.
    #[error("no such user")]
    UserUnknown,
    /// The store could not do its work.
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
    /// [`FindUserError`].
    pub async fn find_user(&self, id: UserId) -> Result<User, FindUserError> {
        self.store
            .read(move |tx| tx.users().find(id))
            .await?
            .ok_or(FindUserError::UserUnknown)
    }
}
