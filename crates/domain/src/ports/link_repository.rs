use super::StoreError;
use crate::Timestamp;
use crate::link::{Link, LinkId};
use crate::token::TokenHash;
use crate::user::UserId;

/// Reads mailed links.
///
/// # Errors
/// Every method fails with [`StoreError`] if the database does not answer or what it stores cannot be read.
pub trait LinkReader {
    /// The link with this hash. MUST NOT find a link that has expired at `now`.
    fn find(&mut self, hash: &TokenHash, now: Timestamp) -> Result<Option<Link>, StoreError>;

    /// Whether the link exists, expired or not.
    fn contains(&mut self, id: LinkId) -> Result<bool, StoreError>;
}

/// Mailed links.
///
/// # Errors
/// Every method fails with [`StoreError`] if the database does not answer; the transaction MUST be rolled back then.
pub trait LinkRepository: LinkReader {
    /// Adds a link.
    fn insert(&mut self, link: &Link) -> Result<(), StoreError>;

    /// Removes the link with this hash and answers it. Of any number of racing calls MUST let one have the link, and none
    /// once it has expired at `now`. A rollback restores it.
    fn consume(&mut self, hash: &TokenHash, now: Timestamp) -> Result<Option<Link>, StoreError>;

    /// Deletes the user's links that change its address and answers how many of them had not expired at `now`.
    fn delete_email_changes(
        &mut self,
        user_id: UserId,
        now: Timestamp,
    ) -> Result<usize, StoreError>;

    /// Deletes every link of the user.
    fn delete_all(&mut self, user_id: UserId) -> Result<(), StoreError>;

    /// Deletes at most `limit` links that have expired at `now` and answers how many.
    fn delete_expired(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError>;
}
