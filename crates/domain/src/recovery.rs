//! Requests to recover an account.

use crate::Timestamp;
use crate::id::id;
use crate::mail::Language;
use crate::user::EmailAddress;

id! {
    /// Identifies a request. The link and the message that it leads to have the same UUID.
    RecoveryId
}

/// A request to recover the account with an address. It is not known yet whether there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryRequest {
    /// Its id.
    pub id: RecoveryId,
    /// The address, as it was typed.
    pub email: EmailAddress,
    /// The language of the message.
    pub language: Language,
    /// When the request was made.
    pub requested_at: Timestamp,
}
