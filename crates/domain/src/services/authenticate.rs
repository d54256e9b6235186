//! Telling who a token belongs to.

use std::sync::Arc;

use super::Services;
use crate::Timestamp;
use crate::error_code::{Coded, ErrorCode};
use crate::ports::{StoreError, StoreExt};
use crate::session::LiveSession;
use crate::token::Token;

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
    /// a next token becomes the current one.
    ///
    /// # Errors
    /// [`AuthenticateError`].
    pub async fn authenticate(&self, token: &Token) -> Result<LiveSession, AuthenticateError> {
        let now = self.ports.clock.now();
        let check = &self.ports.session_check;
        let mut found = check
            .find(token.hash(), now)
            .await?
            .ok_or(AuthenticateError::TokenInvalid)?;
        if found.token.generation > found.session.generation {
            found = self.promote(found, now).await?;
        }
        let lifetimes = &self.settings.lifetimes;
        let expires_at = lifetimes.after_use(found.session.policy, found.token.expires_at, now);
        check.record_use(&found, now, expires_at).await?;
        found.token.expires_at = expires_at;
        found.token.last_used_at = Some(now);
        Ok(found)
    }

    /// Makes the presented next token the current one, and ends the older ones after their grace. Racing first
    /// uses do it once; where the session has ended meanwhile, the token is refused.
    async fn promote(
        &self,
        mut found: LiveSession,
        now: Timestamp,
    ) -> Result<LiveSession, AuthenticateError> {
        let (id, generation) = (found.session.id, found.token.generation);
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
            Arc::make_mut(&mut found.session).generation = generation;
            return Ok(found);
        }
        check
            .find(found.token.hash, now)
            .await?
            .ok_or(AuthenticateError::TokenInvalid)
    }
}
