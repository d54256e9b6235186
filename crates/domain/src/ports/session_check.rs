use super::{MaybeReady, StoreError};
use crate::Timestamp;
use crate::session::{Lifetimes, LiveSession};
use crate::token::TokenHash;
use crate::user::UserId;

/// Answers "who is this?", the question Azuma is asked most.
///
/// An implementation may answer from memory, but only ever to say yes: every no MUST be the store's. What another node
/// changed MUST NOT be answered from memory longer than 3 s after the change was committed, whatever broke.
pub trait SessionCheck: Send + Sync {
    /// Finds the token with this hash that is live at `now`, with its session and user, and records this use of it: it was
    /// last used at `now`, and expires at [`Lifetimes::extension`] if that is later than it would. Answers the session as this
    /// use left it, and `None` where no such token is live.
    ///
    /// A use MUST be written at most a minute later. It MUST be written before this answers where it moves the expiry and
    /// the stored one is less than ten minutes away. Nothing written late may move an expiry back or requeue a session.
    ///
    /// # Errors
    /// [`StoreError`] where the store had to be asked, or the use had to be written, and neither could be done. The use may
    /// be recorded all the same.
    fn use_token(
        &self,
        hash: TokenHash,
        now: Timestamp,
        lifetimes: &Lifetimes,
    ) -> MaybeReady<Result<Option<LiveSession>, StoreError>>;

    /// The user or a session of it changed, or is gone: what was found of them before, or is being looked up right now, MUST
    /// NOT be answered to a later [`use_token`](Self::use_token). Called after the commit, before anybody is told.
    fn invalidate(&self, user_id: UserId);
}
