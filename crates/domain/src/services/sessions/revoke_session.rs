//! Revoking sessions: the caller's own, one by id, one by token, or all.

use std::net::IpAddr;

use super::Sessions;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::ports::{Abort, SecurityEventKind, StoreError, StoreExt};
use crate::services::surplus_sessions::revoke_surplus_sessions;
use crate::session::{LiveSession, SessionId};
use crate::token::Token;

/// Why a session was not revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeSessionError {
    /// The user has no such live session.
    #[error("the user has no such session")]
    SessionUnknown,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HasErrorCode for RevokeSessionError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::SessionUnknown => ErrorCode::SessionUnknown,
            Self::Store(error) => error.code(),
        }
    }
}

/// Which sessions a logout revokes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoutScope {
    /// The session that asks.
    ThisSession,
    /// All sessions of the user but the one that asks.
    OtherSessions,
    /// All sessions of the user.
    Everywhere,
}

impl Sessions {
    /// Revokes the caller's session, all sessions of its user, or all but the caller's. Succeeds if they are already revoked.
    ///
    /// # Errors
    /// [`RevokeSessionError::Store`] if the database fails.
    pub async fn log_out(
        &self,
        caller: &LiveSession,
        scope: LogoutScope,
        ip: Option<IpAddr>,
    ) -> Result<(), RevokeSessionError> {
        let (user_id, id) = (caller.user.id, caller.session_id());
        match scope {
            LogoutScope::ThisSession => {}
            LogoutScope::OtherSessions | LogoutScope::Everywhere => {
                revoke_surplus_sessions(&self.store, &*self.session_check, user_id, Some(id))
                    .await?;
            }
        }
        self.store
            .transact::<_, StoreError>(move |tx| {
                match scope {
                    LogoutScope::ThisSession => {
                        tx.sessions().revoke(user_id, id)?;
                    }
                    // A transaction that changes many sessions of a user locks the user first.
                    LogoutScope::OtherSessions => {
                        tx.users().lock(user_id)?;
                        tx.sessions().revoke_all(user_id, Some(id))?;
                    }
                    LogoutScope::Everywhere => {
                        tx.users().lock(user_id)?;
                        tx.sessions().revoke_all(user_id, None)?;
                    }
                }
                Ok(())
            })
            .await?;
        self.session_check.invalidate(user_id);
        match scope {
            LogoutScope::ThisSession => {}
            LogoutScope::OtherSessions | LogoutScope::Everywhere => {
                self.doorkeeper
                    .record(SecurityEventKind::SessionsRevoked, Some(user_id), ip);
            }
        }
        Ok(())
    }

    /// Revokes one session of the caller's user.
    ///
    /// # Errors
    /// [`RevokeSessionError::SessionUnknown`] if the user has no live session with this id.
    pub async fn revoke_session(
        &self,
        caller: &LiveSession,
        id: SessionId,
    ) -> Result<(), RevokeSessionError> {
        let (user_id, now) = (caller.user.id, self.clock.now());
        self.store
            .transact(move |tx| {
                if tx.sessions().is_live(id, now)? && tx.sessions().revoke(user_id, id)? {
                    return Ok(());
                }
                Err(Abort::Refused(RevokeSessionError::SessionUnknown))
            })
            .await?;
        self.session_check.invalidate(user_id);
        Ok(())
    }

    /// Revokes the session of the caller's user that this live token belongs to.
    ///
    /// # Errors
    /// [`RevokeSessionError::SessionUnknown`] if the user has no live session with this token.
    pub async fn revoke_session_by_token(
        &self,
        caller: &LiveSession,
        token: &Token,
    ) -> Result<(), RevokeSessionError> {
        let (user_id, now, hash) = (caller.user.id, self.clock.now(), token.hash());
        self.store
            .transact(move |tx| {
                if let Some(found) = tx.sessions().find_by_token(&hash, now)?
                    && tx.sessions().revoke(user_id, found.session_id())?
                {
                    return Ok(());
                }
                Err(Abort::Refused(RevokeSessionError::SessionUnknown))
            })
            .await?;
        self.session_check.invalidate(user_id);
        Ok(())
    }
}
