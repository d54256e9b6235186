//! Telling who a token belongs to.

use std::iter;
use std::sync::Arc;

use super::Sessions;
use crate::Timestamp;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::ports::{MaybeReady, StoreError, StoreExt};
use crate::session::LiveSession;
use crate::token::{Token, TokenHash};

/// Why a token is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// It is unknown, expired or ended.
    #[error("the token is unknown or expired")]
    TokenInvalid,
    /// The store could not do its work.
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
    /// Finds the session and user of a token, and counts that as a use of the session: a sliding expiry moves, and
    /// a next token becomes the current one. Mostly the answer is there at once.
    ///
    /// # Errors
    /// [`AuthenticateError`].
    pub fn authenticate(
        self: &Arc<Self>,
        token: &Token,
    ) -> MaybeReady<Result<LiveSession, AuthenticateError>> {
        self.authenticate_hash(token.hash())
    }

    /// The same for several tokens of which the caller does not know the one that counts, as browsers send a cookie for each
    /// path: the first live one says which session asks. Where it has a successor among the others, that one is used: who has
    /// it would be told it again at every use of the older one.
    ///
    /// # Errors
    /// [`AuthenticateError`]; the token is invalid where none of them is live.
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
        let live = self
            .store
            .read(move |tx| {
                let mut live = Vec::new();
                for hash in &hashes {
                    live.extend(tx.sessions().find_by_token(hash, now)?);
                }
                Ok(live)
            })
            .await?;
        let counts = the_one_that_counts(&live).ok_or(AuthenticateError::TokenInvalid)?;
        self.authenticate_hash(counts.token.hash).await
    }

    fn authenticate_hash(
        self: &Arc<Self>,
        hash: TokenHash,
    ) -> MaybeReady<Result<LiveSession, AuthenticateError>> {
        let now = self.clock.now();
        let lifetimes = &self.lifetimes;
        let used = self.session_check.use_token(hash, now, lifetimes);
        let used = used.map(|used| used?.ok_or(AuthenticateError::TokenInvalid));
        match used {
            MaybeReady::Now(used) => match used.into_inner() {
                Ok(used) if used.is_with_next_token() => {
                    MaybeReady::later(Arc::clone(self).promote(used, now))
                }
                used => MaybeReady::now(used),
            },
            MaybeReady::Later(used) => {
                let services = Arc::clone(self);
                MaybeReady::later(async move {
                    match used.await? {
                        used if used.is_with_next_token() => services.promote(used, now).await,
                        used => Ok(used),
                    }
                })
            }
        }
    }

    /// Makes the next token that was used the current one, and ends the older ones after their grace. Racing first uses
    /// do it once; where the session has ended meanwhile, the token is refused.
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
        let check = &self.session_check;
        check.invalidate(used.user.id);
        if promoted {
            used.current = generation;
            return Ok(used);
        }
        check
            .use_token(used.token.hash, now, lifetimes)
            .await?
            .ok_or(AuthenticateError::TokenInvalid)
    }
}

/// The latest token of the session whose token comes first.
fn the_one_that_counts(live: &[LiveSession]) -> Option<&LiveSession> {
    let first = live.first()?;
    live.iter()
        .filter(|found| found.session_id() == first.session_id())
        .max_by_key(|found| found.token.generation)
}
