use super::{BoxFuture, MaybeReady, StoreError};
use crate::Timestamp;
use crate::session::{Lifetimes, LiveSession};
use crate::token::TokenHash;
use crate::user::UserId;

/// Whether a question is a use of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// It is.
    Use,
    /// It is not: it MUST change nothing.
    Peek,
}

/// Finds the session of a token. No other question is asked so often, so an implementation may cache.
///
/// A cached session may only confirm a token: if a token is refused, the store MUST have said so. A cache MUST NOT
/// answer what another node has changed later than 3 s after that change was committed, whatever fails
/// (`docs/api/contract.md`, "Tokens").
pub trait SessionCheck: Send + Sync {
    /// Finds the token with this hash that is live at `now`, with its session and user, and records this use: the token
    /// was last used at `now`, and expires at [`Lifetimes::extension`] if that is later than before. Answers the
    /// session as this use leaves it, or `None` if no such token is live.
    ///
    /// A use MUST be written at most a minute later. It MUST be written before this call answers if it moves the expiry
    /// by more than a day, so that a crash never takes back more than that, or if it moves the expiry at all and the
    /// stored expiry is less than ten minutes away. A late write MUST NOT move an expiry back or restore a revoked
    /// session.
    ///
    /// # Errors
    /// [`StoreError`] if the answer or the write needs the store and the store does not answer. The use may be recorded
    /// nevertheless.
    fn use_token(
        &self,
        hash: TokenHash,
        now: Timestamp,
        lifetimes: &Lifetimes,
    ) -> MaybeReady<Result<Option<LiveSession>, StoreError>>;

    /// The same for many tokens at once, at most 1,000, in their order, by few questions to the store. With [`Look::Peek`] no use is recorded,
    /// and a session is answered as its last known use has left it. A session that cannot be read is answered as none.
    ///
    /// # Errors
    /// As [`use_token`](Self::use_token).
    fn look_at(
        &self,
        hashes: Vec<TokenHash>,
        now: Timestamp,
        lifetimes: &Lifetimes,
        look: Look,
    ) -> BoxFuture<'static, Result<Vec<Option<LiveSession>>, StoreError>>;

    /// Drops what is cached of a user and its sessions, because they were changed or deleted. A later
    /// [`use_token`](Self::use_token) MUST NOT answer what was found before this call, nor what a lookup finds that is
    /// under way. The caller invalidates after its commit and before it answers.
    fn invalidate(&self, user_id: UserId);
}
