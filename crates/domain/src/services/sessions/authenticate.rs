//! Finding the session of a token.

use std::iter;
use std::sync::Arc;

use super::Sessions;
use crate::Timestamp;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::ports::{MaybeReady, StoreError, StoreExt};
use crate::session::{Lifetimes, LiveSession};
use crate::token::{Token, TokenHash};

/// Why a token is refused.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// The token is unknown or expired, or its session is revoked.
    #[error("the token is unknown or expired")]
    TokenInvalid,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HasErrorCode for AuthenticateError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::TokenInvalid => ErrorCode::TokenInvalid,
            Self::Store(error) => error.code(),
        }
    }
}

impl Sessions {
    /// Finds the session and user of a token and records a use of the session: a sliding expiry moves, and a next token
    /// becomes the current one. Mostly the session is cached and the result is ready at once.
    ///
    /// # Errors
    /// [`AuthenticateError::TokenInvalid`] if no live session has the token; [`AuthenticateError::Store`] if the
    /// database is needed and fails.
    #[must_use]
    pub fn authenticate(
        self: &Arc<Self>,
        token: &Token,
    ) -> MaybeReady<Result<LiveSession, AuthenticateError>> {
        self.authenticate_hash(token.hash())
    }

    /// The same for several tokens, because a browser sends one cookie for each path. The first live token selects the
    /// session. If a later token of that session is among the others, it is the one used: a client that already has the
    /// next token need not be given it again.
    ///
    /// # Errors
    /// [`AuthenticateError::TokenInvalid`] if none of the tokens is live; [`AuthenticateError::Store`] if the database
    /// fails.
    pub async fn authenticate_one_of(
        self: &Arc<Self>,
        first: &Token,
        others: &[Token],
    ) -> Result<LiveSession, AuthenticateError> {
        if others.is_empty() {
            return self.authenticate(first).await;
        }
        let hashes: Vec<TokenHash> = iter::once(first).chain(others).map(Token::hash).collect();
        let now = self.clock.now();
        let mut live = self
            .store
            .read(move |reader| {
                let mut live = Vec::new();
                for hash in &hashes {
                    live.extend(reader.sessions().find_by_token(hash, now)?);
                }
                Ok(live)
            })
            .await?;
        live.retain(|found| !self.lifetimes.has_ended(found.issued_at, now));
        let newest = newest_of_first_session(&live).ok_or(AuthenticateError::TokenInvalid)?;
        self.authenticate_hash(newest.token.hash).await
    }

    fn authenticate_hash(
        self: &Arc<Self>,
        hash: TokenHash,
    ) -> MaybeReady<Result<LiveSession, AuthenticateError>> {
        let now = self.clock.now();
        let lifetimes = &self.lifetimes;
        let used = self.session_check.use_token(hash, now, lifetimes);
        let lifetimes = *lifetimes;
        let used = used
            .map(move |used| within(&lifetimes, used?, now).ok_or(AuthenticateError::TokenInvalid));
        match used {
            MaybeReady::Now(used) => match used.into_inner() {
                Ok(used) if used.is_with_next_token() => {
                    MaybeReady::later(Arc::clone(self).promote(used, now))
                }
                used => MaybeReady::now(used),
            },
            MaybeReady::Later(used) => {
                let sessions = Arc::clone(self);
                MaybeReady::later(async move {
                    match used.await? {
                        used if used.is_with_next_token() => sessions.promote(used, now).await,
                        used => Ok(used),
                    }
                })
            }
        }
    }

    /// Makes the next token, which was just used, the current one, and lets older tokens expire after their grace. Of
    /// racing first uses, one promotes. If the session was revoked in the meantime, the token is refused.
    async fn promote(
        self: Arc<Self>,
        mut used: LiveSession,
        now: Timestamp,
    ) -> Result<LiveSession, AuthenticateError> {
        let (id, generation) = (used.session_id(), used.token.generation);
        let lifetimes = &self.lifetimes;
        let old_expire_at = now.plus(lifetimes.grace);
        let promoted = self
            .store
            .transact::<_, StoreError>(move |tx| {
                Ok(tx.sessions().promote(id, generation, old_expire_at)?)
            })
            .await?;
        self.session_check.invalidate(used.user.id);
        if promoted {
            used.current = generation;
            return Ok(used);
        }
        let found = self.use_token(used.token.hash, now).await?;
        found.ok_or(AuthenticateError::TokenInvalid)
    }

    /// Records a use of the token, and answers the session as that leaves it, unless it has ended.
    pub(super) async fn use_token(
        &self,
        hash: TokenHash,
        now: Timestamp,
    ) -> Result<Option<LiveSession>, StoreError> {
        let lifetimes = &self.lifetimes;
        let used = self.session_check.use_token(hash, now, lifetimes).await?;
        Ok(within(lifetimes, used, now))
    }
}

/// The session that was found, unless it has ended. Its token may have been issued before the operator set a limit to the life of
/// sessions, and then expires later than the limit allows.
pub(super) fn within(
    lifetimes: &Lifetimes,
    found: Option<LiveSession>,
    now: Timestamp,
) -> Option<LiveSession> {
    let mut live = found.filter(|live| !lifetimes.has_ended(live.issued_at, now))?;
    live.token.expires_at = lifetimes.bound(live.issued_at, live.token.expires_at);
    Some(live)
}

/// The newest token of the session that the first token belongs to.
fn newest_of_first_session(live: &[LiveSession]) -> Option<&LiveSession> {
    let first = live.first()?;
    live.iter()
        .filter(|found| found.session_id() == first.session_id())
        .max_by_key(|found| found.token.generation)
}
