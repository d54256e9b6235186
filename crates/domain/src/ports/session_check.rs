use super::{BoxFuture, StoreError};
use crate::Timestamp;
use crate::session::{LiveSession, SessionId};
use crate::token::TokenHash;
use crate::user::UserId;

/// Answers "who is this?", the question Azuma is asked most.
///
/// An implementation may remember what it found, but only ever to say yes: every no MUST be the store's.
pub trait SessionCheck: Send + Sync {
    /// The token with this hash, live at `now`, with its session and user.
    fn find(
        &self,
        hash: TokenHash,
        now: Timestamp,
    ) -> BoxFuture<'_, Result<Option<LiveSession>, StoreError>>;

    /// Notes that the token found was used at `now` and expires at `expires_at` from now on.
    ///
    /// MUST have written the use before it answers where it is the token's first or the stored expiry is less than
    /// ten minutes away; else it may be written up to a minute later.
    fn record_use<'a>(
        &'a self,
        found: &'a LiveSession,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// The session changed or ended; what is remembered of it MUST NOT be used again.
    fn forget_session(&self, id: SessionId);

    /// The user changed or is gone; what is remembered of it and its sessions MUST NOT be used again.
    fn forget_user(&self, id: UserId);
}
