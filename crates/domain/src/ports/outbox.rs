use super::StoreError;
use crate::Timestamp;
use crate::mail::{LeasedMail, MailId, MailLease, OutgoingMail, QueuedMail, UnreadableMail};

/// Reads messages on their way out.
pub trait OutboxReader {
    /// Every message that can be read, dead letters among them, the oldest first; `limit` of them at the most.
    fn list(&mut self, limit: u32) -> Result<Vec<QueuedMail>, StoreError>;

    /// The message with this id.
    fn find(&mut self, id: MailId) -> Result<Option<QueuedMail>, StoreError>;
}

/// Messages on their way out, written in the transaction that causes them.
///
/// A worker leases a message, sends it, and settles it: deletes, postpones or buries it. Settling MUST change nothing
/// once the lease was followed by another, or the message is gone or a dead letter. A reason may be any text; a part of
/// it may be kept. Messages of a kind or in a language that only a later release knows are not there for this one.
pub trait OutboxRepository: OutboxReader {
    /// Adds a message, due at once.
    fn enqueue(&mut self, mail: &OutgoingMail) -> Result<(), StoreError>;

    /// Leases the message that is due for longest at `now`, until `until`. MUST give a message to one of any number of racing
    /// calls, and MUST NOT give it again before `until`. One that cannot be read MUST hold up no other: it is leased as well,
    /// to be buried.
    fn lease(
        &mut self,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Result<LeasedMail, UnreadableMail>>, StoreError>;

    /// Deletes a message that was sent.
    fn delete(&mut self, lease: MailLease) -> Result<(), StoreError>;

    /// Makes a message due again at `due_at`, one attempt the more, keeping the reason it failed for.
    fn reschedule(
        &mut self,
        lease: MailLease,
        due_at: Timestamp,
        reason: &str,
    ) -> Result<(), StoreError>;

    /// Keeps a message as a dead letter with the reason. MUST NOT be leased again.
    fn dead_letter(
        &mut self,
        lease: MailLease,
        now: Timestamp,
        reason: &str,
    ) -> Result<(), StoreError>;

    /// Makes a dead letter due at `now`, to be sent until `expires_at`, as if it had never been tried; why it failed is
    /// kept. MUST answer `true` once at the most for a letter that died once, and `false` where there is no such letter.
    fn requeue(
        &mut self,
        id: MailId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Deletes at most `limit` dead letters that died at `until` or before, and answers how many. MUST leave whatever is to be
    /// sent, letters made due again among it.
    fn delete_dead(&mut self, until: Timestamp, limit: u32) -> Result<usize, StoreError>;

    /// Deletes a message, whatever becomes of it elsewhere. MUST answer `true` once at the most.
    fn discard(&mut self, id: MailId) -> Result<bool, StoreError>;
}
