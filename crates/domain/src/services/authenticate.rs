//! Telling who a token belongs to.

use super::Services;
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
            self.promote(&found).await?;
            found.session.generation = found.token.generation;
        }
        let lifetimes = &self.settings.lifetimes;
        let expires_at = lifetimes.after_use(found.session.policy, found.token.expires_at, now);
        check.record_use(&found, now, expires_at).await?;
        found.token.expires_at = expires_at;
        found.token.last_used_at = Some(now);
        Ok(found)
    }

    /// Makes the presented next token the current one, and ends the older ones after their grace. Racing first
    /// uses do it once.
    async fn promote(&self, found: &LiveSession) -> Result<(), StoreError> {
        let (id, generation) = (found.session.id, found.token.generation);
        let old_expire_at = self.ports.clock.now().plus(self.settings.lifetimes.grace);
        self.ports
            .store
            .transact::<_, StoreError>(move |tx| {
                Ok(tx.sessions().promote(id, generation, old_expire_at)?)
            })
            .await?;
        self.ports.session_check.forget_session(id);
        Ok(())
    }
}
