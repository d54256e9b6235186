use std::net::IpAddr;
use std::time::Duration;

use super::BoxFuture;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::user::{Password, PasswordHash};

/// What comparing a password with a hash shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Right,
    /// It is the password, and the hash is of an older scheme or other parameters than those in force.
    NeedsRehash,
    /// It is not the password.
    Wrong,
    /// What is stored is no hash that can be read, as of another scheme or of an account that was locked by hand. No
    /// password is right.
    Unreadable,
}

/// A password could not be hashed.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// The request would wait too long. Nothing was hashed.
    #[error("too many passwords are waiting to be hashed")]
    Overloaded {
        /// After how long trying again is likely to help.
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

/// Hashes passwords, slowly by intent.
///
/// An implementation MUST hold at most a bounded number of passwords, MUST answer
/// [`Overloaded`](HashError::Overloaded) where one would wait longer than its bound, MUST NOT block the thread that asks, and
/// MUST let clients take turns: nobody waits behind all that another client asked for. `client` is the address of whoever
/// asks; those without one are one client.
pub trait PasswordHasher: Send + Sync {
    /// A new hash, each time with another salt, with the parameters in force.
    fn hash(
        &self,
        client: Option<IpAddr>,
        password: Password,
    ) -> BoxFuture<'_, Result<PasswordHash, HashError>>;

    /// Compares a password with a hash.
    fn verify(
        &self,
        client: Option<IpAddr>,
        password: Password,
        hash: PasswordHash,
    ) -> BoxFuture<'_, Result<Verdict, HashError>>;
}
