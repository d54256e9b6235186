use super::StoreError;
use crate::Timestamp;
use crate::link::{Link, LinkId};
use crate::token::TokenHash;
use crate::user::UserId;

/// Reads mailed links.
pub trait LinkReader {
    /// The link with this hash. MUST NOT find a link that has expired at `now`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, or if the link cannot be read.
    fn find(&mut self, hash: &TokenHash, now: Timestamp) -> Result<Option<Link>, StoreError>;

    /// Whether the link exists, expired or not.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn contains(&mut self, id: LinkId) -> Result<bool, StoreError>;

    /// The next `limit` links after `after` that have not expired at `now`, in the order of their ids.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn page(
        &mut self,
        after: Option<LinkId>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<StoredLink>, StoreError>;

    /// The user's links that have not expired at `now`, those that expire first in front; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, or if a link cannot be read.
    fn list_of(
        &mut self,
        user_id: UserId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Link>, StoreError>;
}

/// What a link's token is derived from, and until when it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredLink {
    /// The link.
    pub id: LinkId,
    /// The hash of its token.
    pub hash: TokenHash,
    /// The first moment at which it no longer works.
    pub expires_at: Timestamp,
}

/// Mailed links.
pub trait LinkRepository: LinkReader {
    /// Adds a link.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, as it does if there is no such user,
    /// or another link has the id or the hash.
    fn insert(&mut self, link: &Link) -> Result<(), StoreError>;

    /// Removes the link with this hash and answers it. Of any number of racing calls MUST let one have the link, and
    /// none once it has expired at `now`. A rollback restores it.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, or if the link cannot be read.
    fn consume(&mut self, hash: &TokenHash, now: Timestamp) -> Result<Option<Link>, StoreError>;

    /// Deletes the user's links that change its address and answers how many of them had not expired at `now`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn delete_email_changes(
        &mut self,
        user_id: UserId,
        now: Timestamp,
    ) -> Result<usize, StoreError>;

    /// Deletes every link of the user.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn delete_all(&mut self, user_id: UserId) -> Result<(), StoreError>;

    /// Deletes at most `limit` links that have expired at `now` and answers how many.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn delete_expired(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError>;
}
