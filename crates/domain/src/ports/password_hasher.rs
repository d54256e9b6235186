use std::net::IpAddr;
use std::time::Duration;

use super::BoxFuture;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::user::{GivenPassword, Password, PasswordHash};

/// The result of comparing a password with a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The password is right.
    Right,
    /// The password is right, and the hash has another scheme or other parameters than those in force.
    NeedsRehash,
    /// The password is wrong.
    Wrong,
    /// The stored hash cannot be read, because its scheme is unknown or somebody edited it to lock the account. No
    /// password is right.
    Unreadable,
}

/// A password could not be hashed or compared.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// The request would have to wait too long. Nothing was hashed.
    #[error("too many passwords are waiting to be hashed")]
    Overloaded {
        /// The time after which another attempt is likely to succeed.
        retry_after: Duration,
    },
    /// Hashing failed.
    #[error("hashing failed: {0}")]
    Failed(String),
}

impl HasErrorCode for HashError {
    fn code(&self) -> ErrorCode {
        match *self {
            Self::Overloaded { retry_after } => ErrorCode::Unavailable { retry_after },
            Self::Failed(_) => ErrorCode::Internal,
        }
    }
}

/// Hashes passwords, slowly on purpose.
///
/// An implementation MUST queue at most a bounded number of passwords, MUST fail with
/// [`Overloaded`](HashError::Overloaded) if one would wait longer than its bound, MUST NOT block the calling thread,
/// and MUST let clients take turns, so that no client waits behind the whole queue of another. `client` is the client's
/// address; all clients without an address count as one.
pub trait PasswordHasher: Send + Sync {
    /// Hashes a password with a new salt and the parameters in force.
    ///
    /// # Errors
    /// [`HashError::Overloaded`] if the queue is too long, [`HashError::Failed`] if the hash function fails.
    fn hash(
        &self,
        client: Option<IpAddr>,
        password: Password,
    ) -> BoxFuture<'_, Result<PasswordHash, HashError>>;

    /// Compares a password with a hash: with a hash of this server the prepared password, with an imported one the bytes
    /// as typed. A right password of an imported hash MUST be answered [`Verdict::NeedsRehash`].
    ///
    /// # Errors
    /// [`HashError::Overloaded`] if the queue is too long, [`HashError::Failed`] if the hash function fails. A hash
    /// that cannot be read is no error but [`Verdict::Unreadable`].
    fn verify(
        &self,
        client: Option<IpAddr>,
        password: GivenPassword,
        hash: PasswordHash,
    ) -> BoxFuture<'_, Result<Verdict, HashError>>;
}
