use super::StoreError;
use crate::Timestamp;
use crate::mail::{LeasedMail, MailId, OutgoingMail};

/// Messages on their way out, written in the transaction that causes them.
///
/// Settling a message that is gone is no error. A reason may be any text; a part of it may be kept.
pub trait OutboxRepository {
    /// Adds a message, due at once.
    fn enqueue(&mut self, mail: &OutgoingMail) -> Result<(), StoreError>;

    /// Leases at most `limit` messages due at `now` until `until`, the longest due first. MUST give a message to
    /// one of any number of racing calls, and MUST NOT give it again before `until`.
    fn lease(
        &mut self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<LeasedMail>, StoreError>;

    /// Deletes a message that was sent.
    fn delete(&mut self, id: MailId) -> Result<(), StoreError>;

    /// Makes a message due again at `due_at`, one attempt the more, keeping the reason it failed for.
    fn postpone(&mut self, id: MailId, due_at: Timestamp, reason: &str) -> Result<(), StoreError>;

    /// Keeps a message as a dead letter with the reason. MUST NOT be leased again.
    fn bury(&mut self, id: MailId, now: Timestamp, reason: &str) -> Result<(), StoreError>;
}
