//! Why a unit of work fails.

use std::error::Error;
use std::time::Duration;

use crate::error_code::{ErrorCode, HasErrorCode};

/// A database error.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database does not answer or is too busy. A later attempt may succeed.
    #[error("the database is unavailable: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The database answered something unexpected, such as a value that cannot be read.
    #[error("the database failed: {0}")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

/// How long a client is told to wait if the database is unavailable. It is a guess: nobody knows when the database is
/// back.
const RETRY_AFTER: Duration = Duration::from_secs(2);

impl HasErrorCode for StoreError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unavailable(_) => ErrorCode::Unavailable {
                retry_after: RETRY_AFTER,
            },
            Self::Failed(_) => ErrorCode::Internal,
        }
    }
}

/// Which unique value another account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The name.
    #[error("the name is taken")]
    Name,
    /// The address.
    #[error("the e-mail address is taken")]
    Email,
}

/// A conflict in a write that changes no unique value is a defect.
impl From<Conflict> for StoreError {
    fn from(conflict: Conflict) -> Self {
        Self::Failed(conflict.into())
    }
}

/// Why a write failed that may change a unique value.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Another account has the value.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A write that changes no unique value can only fail with the database.
impl From<WriteError> for StoreError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Conflict(conflict) => conflict.into(),
            WriteError::Store(error) => error,
        }
    }
}

/// Why a unit of work ends without a commit.
#[derive(Debug)]
pub enum Abort<E> {
    /// The use case refuses.
    Refused(E),
    /// The database failed.
    Store(StoreError),
}

impl<E> From<StoreError> for Abort<E> {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl<E: From<Conflict>> From<WriteError> for Abort<E> {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Conflict(conflict) => Self::Refused(conflict.into()),
            WriteError::Store(error) => Self::Store(error),
        }
    }
}
