use super::StoreError;
use crate::Timestamp;
use crate::link::{Link, LinkId};
use crate::token::TokenHash;
use crate::user::UserId;

/// Reads mailed links.
pub trait LinkReader {
    /// The link with this hash. MUST NOT find one expired at `now`.
    fn find(&mut self, hash: &TokenHash, now: Timestamp) -> Result<Option<Link>, StoreError>;

    /// Whether the link is there, expired or not.
    fn contains(&mut self, id: LinkId) -> Result<bool, StoreError>;
}

/// Mailed links.
pub trait LinkRepository: LinkReader {
    /// Adds a link.
    fn insert(&mut self, link: &Link) -> Result<(), StoreError>;

    /// Takes the link with this hash out. MUST give it to one of any number of racing calls, and never once it
    /// has expired at `now`. It is there again if the transaction is rolled back.
    fn consume(&mut self, hash: &TokenHash, now: Timestamp) -> Result<Option<Link>, StoreError>;

    /// Deletes the user's links that change its address, and answers how many of them still worked at `now`.
    fn delete_email_changes(
        &mut self,
        user_id: UserId,
        now: Timestamp,
    ) -> Result<usize, StoreError>;

    /// Deletes every link of the user.
    fn delete_all(&mut self, user_id: UserId) -> Result<(), StoreError>;

    /// Deletes at most `limit` links expired at `now`, and answers how many.
    fn delete_expired(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError>;
}
