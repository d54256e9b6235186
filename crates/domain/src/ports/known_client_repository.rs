use super::StoreError;
use crate::Timestamp;
use crate::session::ClientNetwork;
use crate::user::UserId;

/// Reads the networks that users have logged in from.
pub trait KnownClientReader {
    /// When the user was last noted to log in from the network; `None` if it never was, or the note was deleted.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn last_seen(
        &mut self,
        user_id: UserId,
        network: ClientNetwork,
    ) -> Result<Option<Timestamp>, StoreError>;

    /// The networks of the user with the time each was last seen, the last seen first; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, or if a network cannot be read.
    fn list_of(
        &mut self,
        user_id: UserId,
        limit: u32,
    ) -> Result<Vec<(ClientNetwork, Timestamp)>, StoreError>;
}

/// The networks that users have logged in from. They are deleted with their user.
pub trait KnownClientRepository: KnownClientReader {
    /// Notes that the user logs in from the network at `now`. MUST keep at most `most` networks of the user: those seen
    /// last. The caller has locked the user, or has added it in the same transaction.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, as it does if there is no such user.
    fn note(
        &mut self,
        user_id: UserId,
        network: ClientNetwork,
        now: Timestamp,
        most: usize,
    ) -> Result<(), StoreError>;

    /// Deletes networks that were last seen before `time`, the least recently seen first, and answers how many. MUST
    /// stop at `limit`, except that it may also delete networks that were seen at the same moment as the last one.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn delete_unseen_since(&mut self, time: Timestamp, limit: u32) -> Result<usize, StoreError>;
}
