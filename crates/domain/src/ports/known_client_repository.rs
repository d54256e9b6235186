use super::StoreError;
use crate::Timestamp;
use crate::session::ClientNetwork;
use crate::user::UserId;

/// Reads the networks that users have logged in from.
pub trait KnownClientReader {
    /// When the user was noted last to log in from the network; `None` where it never was, or was forgotten.
    fn last_seen(
        &mut self,
        user_id: UserId,
        network: ClientNetwork,
    ) -> Result<Option<Timestamp>, StoreError>;
}

/// The networks that users have logged in from. They are deleted with their user.
pub trait KnownClientRepository: KnownClientReader {
    /// Notes that the user logs in from the network. Of one user MUST keep `most` networks, those that were seen last. The
    /// caller has locked the user, or has added it in the same transaction.
    fn note(
        &mut self,
        user_id: UserId,
        network: ClientNetwork,
        now: Timestamp,
        most: usize,
    ) -> Result<(), StoreError>;

    /// Forgets networks that were seen last before `time`, those first that were seen least recently, and answers how many. MUST
    /// stop at `limit` but for networks that were seen at the same moment.
    fn delete_unseen_since(&mut self, time: Timestamp, limit: u32) -> Result<usize, StoreError>;
}
