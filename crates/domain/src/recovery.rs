//! Requests to recover an account.

use crate::Timestamp;
use crate::id::id;
use crate::mail::Language;
use crate::user::EmailAddress;

id! {
    /// Names a request; the link and the message it leads to are named alike.
    RecoveryId
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
