//! Listing a user's sessions.

use super::Sessions;
use crate::Timestamp;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::ports::{StoreError, StoreExt};
use crate::session::{ListedSession, LiveSession};
use crate::token::Token;

/// A session's token in clear. It cannot be printed.
pub struct TokenInUse {
    /// The token.
    pub token: Token,
    /// When it expires; may lag the last minute's uses.
    pub expires_at: Timestamp,
}

/// Why sessions could not be listed.
#[derive(Debug, thiserror::Error)]
pub enum ListSessionsError {
    /// The store could not do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HasErrorCode for ListSessionsError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Store(error) => error.code(),
        }
    }
}

impl Sessions {
    /// The caller's live sessions, of every dialect, newest first; as many as a user may have at the most.
    ///
    /// # Errors
    /// [`ListSessionsError`].
    pub async fn list_sessions(
        &self,
        caller: &LiveSession,
    ) -> Result<Vec<ListedSession>, ListSessionsError> {
        let (user_id, now) = (caller.user.id, self.clock.now());
        let limit = self.sessions_per_user;
        Ok(self
            .store
            .read(move |tx| tx.sessions().list(user_id, now, limit))
            .await?)
    }

    /// The tokens of the caller's live sessions, newest first, save those made with a key that is gone.
    ///
    /// # Errors
    /// [`ListSessionsError`].
    pub async fn list_tokens(
        &self,
        caller: &LiveSession,
    ) -> Result<Vec<TokenInUse>, ListSessionsError> {
        let sessions = self.list_sessions(caller).await?;
        let tokens = sessions.into_iter().filter_map(|listed| {
            let ListedSession { session, token, .. } = listed;
            let made_again = self.keys.recover_session_token(
                session.id,
                token.generation,
                session.shape,
                &token.hash,
            )?;
            Some(TokenInUse {
                token: made_again,
                expires_at: token.expires_at,
            })
        });
        Ok(tokens.collect())
    }
}
