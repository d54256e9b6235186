use std::time::Duration;

use super::StoreError;
use crate::Timestamp;
use crate::mail::{LeasedMail, MailId, MailLease, OutgoingMail, QueuedMail, UnreadableMail};
use crate::user::UserId;

/// How far ahead a message may be due: longer than any lease lasts, and any wait.
pub const FARTHEST_DUE: Duration = Duration::from_mins(30);

/// How much is in the outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxLoad {
    /// How many messages are to be sent: due, leased, or to be tried again later.
    pub waiting: u64,
    /// How many dead letters there are.
    pub dead: u64,
    /// When the message that has been due longest was due; `None` if no message is due.
    pub oldest_due: Option<Timestamp>,
}

/// Reads the outbox.
pub trait OutboxReader {
    /// How much is in the outbox at `now`. Counts at most `limit` messages of a kind, and counts the unreadable ones.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn load(&mut self, now: Timestamp, limit: u32) -> Result<OutboxLoad, StoreError>;

    /// The readable messages, dead letters included, oldest first; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement. A message that cannot be read is left
    /// out.
    fn list(&mut self, limit: u32) -> Result<Vec<QueuedMail>, StoreError>;

    /// The readable messages about this user, dead letters included, oldest first; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement. A message that cannot be read is left
    /// out.
    fn list_of(&mut self, user_id: UserId, limit: u32) -> Result<Vec<QueuedMail>, StoreError>;

    /// The message with this id, of a kind and in a language that this release knows.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, or if the message cannot be read.
    fn find(&mut self, id: MailId) -> Result<Option<QueuedMail>, StoreError>;
}

/// The outbox: messages to be sent. Each message is written in the transaction that causes it.
///
/// A worker leases a message, sends it and then settles it with [`delete`](Self::delete),
/// [`reschedule`](Self::reschedule) or [`dead_letter`](Self::dead_letter). These three MUST do nothing if another
/// worker has leased the message since, or if the message is deleted or already a dead letter. They accept any text as
/// reason and may keep a part of it. A message of a kind or in a language that only a later release knows is
/// neither leased, nor listed, nor found; it counts in [`load`](OutboxReader::load).
pub trait OutboxRepository: OutboxReader {
    /// Adds a message that is due at once.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, as it does if there is no such user,
    /// or another message has the id.
    fn enqueue(&mut self, mail: &OutgoingMail) -> Result<(), StoreError>;

    /// Leases, until `until`, the message that has been due longest at `now`. Of any number of racing calls MUST let
    /// one have the message, and MUST NOT lease it again before `until`. A message that is due [`FARTHEST_DUE`] or more
    /// after `now` was written by a wrong clock, and MUST be leased where no other is due. A message that cannot be read MUST NOT delay
    /// others: it is leased as well, to become a dead letter.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement. A message that cannot be read is no
    /// error but [`UnreadableMail`].
    fn lease(
        &mut self,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Result<LeasedMail, UnreadableMail>>, StoreError>;

    /// Deletes a message that was sent.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn delete(&mut self, lease: MailLease) -> Result<(), StoreError>;

    /// Makes a message due again at `due_at`, counts one more attempt and keeps the reason of the failure.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn reschedule(
        &mut self,
        lease: MailLease,
        due_at: Timestamp,
        reason: &str,
    ) -> Result<(), StoreError>;

    /// Keeps a message as a dead letter, with the reason. It MUST NOT be leased again.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn dead_letter(
        &mut self,
        lease: MailLease,
        now: Timestamp,
        reason: &str,
    ) -> Result<(), StoreError>;

    /// Makes dead letters of at most `limit` messages that are to be sent, leased and unreadable ones included, with the
    /// reason; answers how many. A worker that has leased one MUST NOT be able to settle it any more.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn set_aside(&mut self, now: Timestamp, reason: &str, limit: u32) -> Result<usize, StoreError>;

    /// Makes a dead letter due at `now` and sendable until `expires_at`, with no attempts counted; keeps the reason of
    /// the last failure. Of any number of racing calls for one dead letter MUST let one answer `true`; answers `false`
    /// if there is no such dead letter.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn requeue(
        &mut self,
        id: MailId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Deletes at most `limit` dead letters that were given up at `until` or earlier and answers how many. MUST leave
    /// messages that are to be sent, requeued ones included.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn delete_dead(&mut self, until: Timestamp, limit: u32) -> Result<usize, StoreError>;

    /// Deletes a message, whether leased or not. MUST answer `true` at most once per message.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn discard(&mut self, id: MailId) -> Result<bool, StoreError>;
}
