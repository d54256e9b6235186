use super::{Soon, StoreError};
use crate::Timestamp;
use crate::session::LiveSession;
use crate::token::TokenHash;
use crate::user::UserId;

/// Answers "who is this?", the question Azuma is asked most.
///
/// An implementation may remember what it found, but only ever to say yes: every no MUST be the store's. What another
/// node changed MUST NOT be answered from memory longer than 3 s after the change was committed, whatever broke.
///
/// An answer that takes a while ([`Soon::Later`]) may be dropped and the question asked again.
pub trait SessionCheck: Send + Sync {
    /// The token with this hash, live at `now`, with its session and user.
    fn find(
        &self,
        hash: TokenHash,
        now: Timestamp,
    ) -> Soon<'_, Result<Option<LiveSession>, StoreError>>;

    /// Notes that the token found was used at `now`, and lives until `extended_to` from now on, if that is later than it
    /// would.
    ///
    /// Where that is later than the stored expiry and the stored one is less than ten minutes away, it MUST be
    /// written before this answers; else it may be written up to a minute later.
    fn record_use<'a>(
        &'a self,
        found: &'a LiveSession,
        now: Timestamp,
        extended_to: Option<Timestamp>,
    ) -> Soon<'a, Result<(), StoreError>>;

    /// The user or a session of it changed, or is gone: what was found of them before, or is being looked for right
    /// now, MUST NOT be answered to a later [`find`](Self::find). Called after the commit, before anybody is told.
    fn forget(&self, user_id: UserId);
}
