//! Requests to recover an account.

use std::fmt;

use uuid::Uuid;

use crate::Timestamp;
use crate::mail::Language;
use crate::user::EmailAddress;

/// Names a request; the link and the message it leads to are named alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecoveryId(Uuid);

impl RecoveryId {
    /// The id with this UUID.
    #[must_use]
    pub fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The UUID.
    #[must_use]
    pub fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for RecoveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Somebody wants to recover the account with this address. Whether there is one was not looked at yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryRequest {
    /// Names the request.
    pub id: RecoveryId,
    /// The address, as it was typed.
    pub email: EmailAddress,
    /// The language to write in.
    pub language: Language,
    /// When it was made.
    pub requested_at: Timestamp,
}
