//! Telling who a token belongs to.

use std::iter;
use std::sync::Arc;

use super::Services;
use crate::Timestamp;
use crate::error_code::{Coded, ErrorCode};
use crate::ports::{Soon, StoreError, StoreExt};
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

impl Coded for AuthenticateError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::TokenInvalid => ErrorCode::TokenInvalid,
            Self::Store(error) => error.code(),
        }
    }
}

impl Services {
    /// Finds the session and user of a token, and counts that as a use of the session: a sliding expiry moves, and
    /// a next token becomes the current one. Mostly the answer is there at once.
    ///
    /// # Errors
    /// [`AuthenticateError`].
    pub fn authenticate(
        self: &Arc<Self>,
        token: &Token,
    ) -> Soon<'static, Result<LiveSession, AuthenticateError>> {
        let (hash, now) = (token.hash(), self.ports.clock.now());
        if let Some(found) = self.authenticate_from_memory(hash, now) {
            return Soon::now(Ok(found));
        }
        let services = Arc::clone(self);
        Soon::later(async move { services.authenticate_from_store(hash, now).await })
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
        let (check, now) = (&self.ports.session_check, self.ports.clock.now());
        let mut counts: Option<(&Token, LiveSession)> = None;
        for token in iter::once(first).chain(others) {
            let found = check.find(token.hash(), now).await?;
            counts = match (counts, found) {
                (None, Some(found)) => Some((token, found)),
                (Some((_, counting)), Some(found)) if is_later_of_same(&counting, &found) => {
                    Some((token, found))
                }
                (counts, _) => counts,
            };
            if let Some((_, counting)) = &counts
                && counting.token.generation >= counting.newest
            {
                break;
            }
        }
        let (token, _) = counts.ok_or(AuthenticateError::TokenInvalid)?;
        self.authenticate(token).await
    }

    /// `None` where the session or its use takes a while.
    fn authenticate_from_memory(&self, hash: TokenHash, now: Timestamp) -> Option<LiveSession> {
        let check = &self.ports.session_check;
        let Soon::Now(Some(Ok(Some(mut found)))) = check.find(hash, now) else {
            return None;
        };
        if found.token.generation > found.current {
            return None;
        }
        let extended_to = self.extension(&found, now);
        match check.record_use(&found, now, extended_to) {
            Soon::Now(Some(Ok(()))) => {}
            Soon::Now(_) | Soon::Later(_) => return None,
        }
        found.token.note_use(now, extended_to);
        Some(found)
    }

    async fn authenticate_from_store(
        &self,
        hash: TokenHash,
        now: Timestamp,
    ) -> Result<LiveSession, AuthenticateError> {
        let check = &self.ports.session_check;
        let mut found = check
            .find(hash, now)
            .await?
            .ok_or(AuthenticateError::TokenInvalid)?;
        if found.token.generation > found.current {
            found = self.promote(found, now).await?;
        }
        let extended_to = self.extension(&found, now);
        check.record_use(&found, now, extended_to).await?;
        found.token.note_use(now, extended_to);
        Ok(found)
    }

    fn extension(&self, found: &LiveSession, now: Timestamp) -> Option<Timestamp> {
        self.settings.lifetimes.extension(found.policy, now)
    }

    /// Makes the presented next token the current one, and ends the older ones after their grace. Racing first
    /// uses do it once; where the session has ended meanwhile, the token is refused.
    async fn promote(
        &self,
        mut found: LiveSession,
        now: Timestamp,
    ) -> Result<LiveSession, AuthenticateError> {
        let (id, generation) = (found.session_id(), found.token.generation);
        let old_expire_at = now.plus(self.settings.lifetimes.grace);
        let promoted = self
            .ports
            .store
            .transact::<_, StoreError>(move |tx| {
                Ok(tx.sessions().promote(id, generation, old_expire_at)?)
            })
            .await?;
        let check = &self.ports.session_check;
        check.forget(found.user.id);
        if promoted {
            found.current = generation;
            return Ok(found);
        }
        check
            .find(found.token.hash, now)
            .await?
            .ok_or(AuthenticateError::TokenInvalid)
    }
}

fn is_later_of_same(counting: &LiveSession, found: &LiveSession) -> bool {
    found.session_id() == counting.session_id()
        && found.token.generation > counting.token.generation
}
