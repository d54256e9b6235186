//! Listing a user's sessions.

use super::Sessions;
use crate::Timestamp;
use crate::ports::{StoreError, StoreExt};
use crate::session::{ListedSession, LiveSession};
use crate::token::Token;

/// A session's token in clear. It cannot be printed.
pub struct TokenInUse {
    /// The token.
    pub token: Token,
    /// When the token expires. Uses of the last minute may not be counted yet.
    pub expires_at: Timestamp,
}

impl Sessions {
    /// The live sessions of the caller's user, from every dialect, newest first; at most `sessions_per_user`.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn list_sessions(
        &self,
        caller: &LiveSession,
    ) -> Result<Vec<ListedSession>, StoreError> {
        let (user_id, now) = (caller.user.id, self.clock.now());
        let limit = self.sessions_per_user;
        let mut sessions = self
            .store
            .read(move |reader| reader.sessions().list(user_id, now, limit))
            .await?;
        self.lifetimes.bound_listed(&mut sessions, now);
        Ok(sessions)
    }

    /// The tokens of the same sessions, newest first, without those made with a key that is gone.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn list_tokens(&self, caller: &LiveSession) -> Result<Vec<TokenInUse>, StoreError> {
        let sessions = self.list_sessions(caller).await?;
        let tokens = sessions.into_iter().filter_map(|listed| {
            let ListedSession { session, token, .. } = listed;
            let derived = self.keys.recover_session_token(
                session.id,
                token.generation,
                session.shape,
                &token.hash,
            )?;
            Some(TokenInUse {
                token: derived,
                expires_at: token.expires_at,
            })
        });
        Ok(tokens.collect())
    }
}
