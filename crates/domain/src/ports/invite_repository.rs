use super::StoreError;
use crate::Timestamp;
use crate::invite::{Invite, InviteId, UsedInvite};
use crate::token::TokenHash;

/// Reads invitations.
pub trait InviteReader {
    /// The invitation with this hash, and its accounts that have not lapsed at `now`. MUST NOT find an invitation that has
    /// expired at `now`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, or if the invitation cannot be read.
    fn find(&mut self, hash: &TokenHash, now: Timestamp) -> Result<Option<UsedInvite>, StoreError>;

    /// The invitations that have not expired at `now`, the newest first; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, or if an invitation cannot be read.
    fn list(&mut self, now: Timestamp, limit: u32) -> Result<Vec<UsedInvite>, StoreError>;
}

/// Invitations.
pub trait InviteRepository: InviteReader {
    /// Adds an invitation that is found by this hash.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, as it does if another invitation has the
    /// id or the hash.
    fn insert(&mut self, invite: &Invite, hash: &TokenHash) -> Result<(), StoreError>;

    /// The same as [`find`](InviteReader::find). It locks the invitation until this transaction ends: another transaction
    /// that locks it MUST wait, and then count the accounts that this one has added.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, or if the invitation cannot be read.
    fn lock(&mut self, hash: &TokenHash, now: Timestamp) -> Result<Option<UsedInvite>, StoreError>;

    /// Revokes an invitation; its accounts stay. MUST answer `true` at most once per invitation.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn revoke(&mut self, id: InviteId) -> Result<bool, StoreError>;

    /// Deletes at most `limit` invitations that have expired at `now` and answers how many. Their accounts MUST stay.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn delete_expired(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError>;
}
