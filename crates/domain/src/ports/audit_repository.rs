use super::StoreError;
use crate::Timestamp;
use crate::audit::{AuditEvent, EventPosition, StoredEvent};
use crate::user::UserId;

/// Reads the audit trail. An event that cannot be read MUST NOT hide the others.
pub trait AuditReader {
    /// The events of a user before a position, the newest first, or all from the newest on; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn newest_of(
        &mut self,
        user_id: UserId,
        before: Option<EventPosition>,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StoreError>;

    /// The events after a position, in order, of a user or of everybody; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn after(
        &mut self,
        position: EventPosition,
        user_id: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StoreError>;
}

/// The audit trail. Nothing changes an event, and only [`delete_before`](Self::delete_before) deletes one: the events of a
/// user MUST stay when the user is deleted.
pub trait AuditRepository: AuditReader {
    /// Adds an event, which MUST get a random id of its own. There need not be such a user, session or invitation.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn append(&mut self, event: &AuditEvent) -> Result<(), StoreError>;

    /// Deletes events before `time`, oldest first, and answers how many. MUST stop at `limit`, except that it may also
    /// delete events of the same moment as the last one.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn delete_before(&mut self, time: Timestamp, limit: u32) -> Result<usize, StoreError>;
}
