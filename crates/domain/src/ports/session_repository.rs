use super::StoreError;
use crate::Timestamp;
use crate::session::{
    ListedSession, LiveSession, Session, SessionId, SessionToken, SessionWithTokens,
};
use crate::token::{Generation, TokenHash};
use crate::user::UserId;

/// One use of a token, to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionUse {
    /// The hash of the token.
    pub hash: TokenHash,
    /// When the token was used.
    pub used_at: Timestamp,
    /// The expiry that this use extends the token to. `None` if uses do not extend it, as they MUST NOT extend a
    /// rotating token: a late write would undo what [`promote`](SessionRepository::promote) did to an old token.
    pub extended_to: Option<Timestamp>,
}

/// Reads sessions and their tokens.
pub trait SessionReader {
    /// The token with this hash, its session and its user. MUST NOT find a token that has expired at `now`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, or if the session or the token cannot
    /// be read. If only the user cannot be read, that is no error.
    fn find_by_token(
        &mut self,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<LiveSession>, StoreError>;

    /// The same for many tokens, at most 1,000, in any order. MUST leave out those whose session or token cannot be read, and MUST NOT
    /// take a statement for each.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn find_by_tokens(
        &mut self,
        hashes: &[TokenHash],
        now: Timestamp,
    ) -> Result<Vec<LiveSession>, StoreError>;

    /// Whether the session exists and has a token that is live at `now`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn is_live(&mut self, id: SessionId, now: Timestamp) -> Result<bool, StoreError>;

    /// The session's tokens, expired ones included, in the order of their generations.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, or if a token cannot be read.
    fn tokens(&mut self, id: SessionId) -> Result<Vec<SessionToken>, StoreError>;

    /// The user's sessions with a token that is live at `now`, each once, newest first; at most `limit`. Each comes
    /// with its current token, or with the next one if the current one has expired.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, or if a session or a token cannot be
    /// read.
    fn list(
        &mut self,
        user_id: UserId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<ListedSession>, StoreError>;

    /// The next `limit` sessions of all users after `after`, in the order of their ids, less those that have no token that is
    /// live at `now`. They come as those of [`list`](Self::list) do. MUST NOT look at more than `limit` sessions, so that expired ones do
    /// not make the call long, and MUST answer the others where a session or a token cannot be read.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn page(
        &mut self,
        after: Option<SessionId>,
        now: Timestamp,
        limit: u32,
    ) -> Result<SessionPage, StoreError>;

    /// The next `limit` sessions of all users after `after`, in the order of their ids, live or not, each with all its tokens. MUST
    /// answer the others where a session or a token cannot be read.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn page_with_tokens(
        &mut self,
        after: Option<SessionId>,
        limit: u32,
    ) -> Result<TokensPage, StoreError>;

    /// The user whose session this is, live or not.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn owner(&mut self, id: SessionId) -> Result<Option<UserId>, StoreError>;
}

/// Some of all sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionPage {
    /// Those that are live.
    pub live: Vec<ListedSession>,
    /// Those that cannot be read, because a later release wrote them.
    pub unreadable: Vec<SessionId>,
    /// The last session that was looked at, live or not; `None` if none is left after it.
    pub last: Option<SessionId>,
}

/// Some of all sessions, with their tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokensPage {
    /// Those that can be read.
    pub sessions: Vec<SessionWithTokens>,
    /// Those that cannot be read, because a later release wrote them.
    pub unreadable: Vec<SessionId>,
    /// The last session that was looked at; `None` if none is left after it.
    pub last: Option<SessionId>,
}

/// Sessions and their tokens. Revoking a session deletes its row, so no late write can restore it.
pub trait SessionRepository: SessionReader {
    /// Adds a session with its first token.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, as it does if there is no such user,
    /// another session has the id or another token the hash.
    fn insert(&mut self, session: &Session, first: &SessionToken) -> Result<(), StoreError>;

    /// Writes any number of uses; if a token occurs twice, the later use counts. MUST move neither `expires_at` nor
    /// `last_used_at` backwards, MUST leave `expires_at` alone if a use extends nothing, and MUST skip tokens that do
    /// not exist. MUST leave the `expires_at` of a token alone if its session has a later one, also if that is added at the same time: what
    /// [`end_tokens`](Self::end_tokens) ends does not go on. Answers the hashes of those that exist, in any order.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn record_uses(&mut self, uses: &[SessionUse]) -> Result<Vec<TokenHash>, StoreError>;

    /// Adds a further token to a session. Of racing calls for one generation MUST let one answer `true`; the others
    /// answer `false` and change nothing, as does a call for a session that does not exist.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement. A generation or a hash that is taken
    /// is no error but `false`.
    fn insert_token(&mut self, token: &SessionToken) -> Result<bool, StoreError>;

    /// Lets tokens of a session expire at `at`, or at their own expiry if that is sooner, and answers whether one of them changed. Where the
    /// session has a later token, no use that is written moves that expiry.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn end_tokens(
        &mut self,
        id: SessionId,
        generations: &[Generation],
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Makes `to` the session's current generation and lets every earlier token expire at `old_expire_at`, or at its
    /// own expiry if that is sooner. Of racing calls for one generation MUST let one answer `true`; answers `false` if
    /// the current generation is already `to` or later, or the session does not exist.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn promote(
        &mut self,
        id: SessionId,
        to: Generation,
        old_expire_at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Revokes one session of this user. MUST answer `true` at most once per session, and `false` for a session of
    /// another user.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn revoke(&mut self, user_id: UserId, id: SessionId) -> Result<bool, StoreError>;

    /// Revokes all sessions of the user but `except` and answers how many.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn revoke_all(
        &mut self,
        user_id: UserId,
        except: Option<SessionId>,
    ) -> Result<usize, StoreError>;

    /// Revokes sessions of the user, in any order, until `keep` of them and `except` are left; at most `limit`. Answers
    /// how many.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn revoke_surplus(
        &mut self,
        user_id: UserId,
        except: Option<SessionId>,
        keep: u32,
        limit: u32,
    ) -> Result<usize, StoreError>;

    /// Revokes all sessions of the user but the `keep` used last; at most `limit`. Answers how many. A session that was
    /// never used counts as used when it was issued, and a live one MUST be kept rather than one that has expired at
    /// `now`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn revoke_least_used(
        &mut self,
        user_id: UserId,
        keep: u32,
        now: Timestamp,
        limit: u32,
    ) -> Result<usize, StoreError>;

    /// Revokes sessions of any user that were issued before `before`; at most `limit`. Answers how many.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn revoke_issued_before(&mut self, before: Timestamp, limit: u32) -> Result<usize, StoreError>;

    /// Deletes at most `limit` tokens that have expired at `now`, and the sessions left without a token. Answers how
    /// many tokens.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn delete_expired(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError>;
}
