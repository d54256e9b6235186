use super::StoreError;
use crate::Timestamp;
use crate::session::{ListedSession, LiveSession, Session, SessionId, SessionToken};
use crate::token::{Generation, TokenHash};
use crate::user::UserId;

/// One use of a token, to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionUse {
    /// The token used.
    pub hash: TokenHash,
    /// When.
    pub used_at: Timestamp,
    /// Until when this use extends it. `None` where uses leave the expiry as it is, as they MUST a rotating token's: a use
    /// written late would give an old one back what [`promote`](SessionRepository::promote) took.
    pub extended_to: Option<Timestamp>,
}

/// Reads sessions and their tokens.
pub trait SessionReader {
    /// The token with this hash, its session and its user. MUST NOT find a token expired at `now`.
    fn find_by_token(
        &mut self,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<LiveSession>, StoreError>;

    /// Whether the session is there with a token live at `now`.
    fn is_live(&mut self, id: SessionId, now: Timestamp) -> Result<bool, StoreError>;

    /// All the session's tokens, expired ones too, by generation.
    fn tokens(&mut self, id: SessionId) -> Result<Vec<SessionToken>, StoreError>;

    /// The user's sessions that have a token live at `now`, each once, newest first, `limit` of them at the most: with the
    /// current token, or with the next one where the current has expired.
    fn list(
        &mut self,
        user_id: UserId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<ListedSession>, StoreError>;
}

/// Sessions and their tokens. An ended session is a deleted row, so nothing written late can requeue it.
pub trait SessionRepository: SessionReader {
    /// Adds a session with its first token.
    fn insert(&mut self, session: &Session, first: &SessionToken) -> Result<(), StoreError>;

    /// Writes any number of uses, of which the later counts where one token comes twice. MUST move neither
    /// `expires_at` nor `last_used_at` backwards, MUST leave `expires_at` alone where a use extends nothing, and MUST
    /// pass over tokens that are gone. Answers the hashes of those that are there, in any order.
    fn record_uses(&mut self, uses: &[SessionUse]) -> Result<Vec<TokenHash>, StoreError>;

    /// Adds a further token to a session. Of racing calls for one generation MUST let one answer `true`, and the
    /// others `false` and change nothing; likewise `false` where the session has ended.
    fn insert_token(&mut self, token: &SessionToken) -> Result<bool, StoreError>;

    /// Makes `to` the session's current generation, and lets every earlier token expire at `old_expire_at`, or at
    /// its own end if sooner. Of racing calls for one generation MUST let one answer `true`; `false` where the
    /// current generation is `to` or later already, or the session has ended.
    fn promote(
        &mut self,
        id: SessionId,
        to: Generation,
        old_expire_at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Ends one session of this user. MUST answer `true` once at the most, and `false` for another user's.
    fn revoke(&mut self, user_id: UserId, id: SessionId) -> Result<bool, StoreError>;

    /// Ends all sessions of the user but `except`, and answers how many.
    fn revoke_all(
        &mut self,
        user_id: UserId,
        except: Option<SessionId>,
    ) -> Result<usize, StoreError>;

    /// Ends sessions of the user, whichever, until `keep` and `except` are left, `limit` of them at the most; answers how many.
    fn revoke_surplus(
        &mut self,
        user_id: UserId,
        except: Option<SessionId>,
        keep: u32,
        limit: u32,
    ) -> Result<usize, StoreError>;

    /// Ends all sessions of the user but the `keep` used last, `limit` of them at the most; answers how many. One that was
    /// never used counts as used when it was issued, and MUST be kept rather than one that has expired at `now`.
    fn revoke_least_used(
        &mut self,
        user_id: UserId,
        keep: u32,
        now: Timestamp,
        limit: u32,
    ) -> Result<usize, StoreError>;

    /// Ends sessions that were issued before `before`, whosever they are, `limit` of them at the most, and answers how many.
    fn revoke_issued_before(&mut self, before: Timestamp, limit: u32) -> Result<usize, StoreError>;

    /// Deletes at most `limit` tokens expired at `now` and the sessions left without one; answers how many tokens.
    fn delete_expired(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError>;
}
