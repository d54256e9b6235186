//! Revoking sessions: the caller's own, one by id, one by token, or all.

use super::Sessions;
use crate::audit::{AuditAction, AuditEvent, Source};
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::ports::{Abort, SecurityEventKind, StoreError, StoreExt};
use crate::services::audit_trail::RationedEvent;
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
        source: &Source,
    ) -> Result<(), RevokeSessionError> {
        let (user_id, id) = (caller.user.id, caller.session_id());
        match scope {
            LogoutScope::ThisSession => {}
            LogoutScope::OtherSessions | LogoutScope::Everywhere => {
                revoke_surplus_sessions(&self.store, &*self.session_check, user_id, Some(id))
                    .await?;
            }
        }
        let told = self.draft_event(caller, scope.action(), id, source);
        self.store
            .transact::<_, StoreError>(move |tx| {
                let revoked = match scope {
                    LogoutScope::ThisSession => usize::from(tx.sessions().revoke(user_id, id)?),
                    // A transaction that changes many sessions of a user locks the user first.
                    LogoutScope::OtherSessions => {
                        tx.users().lock(user_id)?;
                        tx.sessions().revoke_all(user_id, Some(id))?
                    }
                    LogoutScope::Everywhere => {
                        tx.users().lock(user_id)?;
                        tx.sessions().revoke_all(user_id, None)?
                    }
                };
                if revoked > 0 {
                    told.write(tx)?;
                }
                Ok(())
            })
            .await?;
        self.session_check.invalidate(user_id);
        match scope {
            LogoutScope::ThisSession => {}
            LogoutScope::OtherSessions | LogoutScope::Everywhere => {
                let (kind, ip) = (SecurityEventKind::SessionsRevoked, source.client.ip);
                self.doorkeeper.record(kind, Some(user_id), ip);
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
        source: &Source,
    ) -> Result<(), RevokeSessionError> {
        let (user_id, now) = (caller.user.id, self.clock.now());
        let told = self.draft_event(caller, action_on(caller, id), id, source);
        self.store
            .transact(move |tx| {
                if tx.sessions().is_live(id, now)? && tx.sessions().revoke(user_id, id)? {
                    return Ok(told.write(tx)?);
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
        source: &Source,
    ) -> Result<(), RevokeSessionError> {
        let (now, hash) = (self.clock.now(), token.hash());
        let found = self
            .store
            .read(move |reader| reader.sessions().find_by_token(&hash, now))
            .await?;
        match found {
            Some(found) => {
                self.revoke_session(caller, found.session_id(), source)
                    .await
            }
            None => Err(RevokeSessionError::SessionUnknown),
        }
    }

    fn draft_event(
        &self,
        caller: &LiveSession,
        action: AuditAction,
        id: SessionId,
        source: &Source,
    ) -> RationedEvent {
        let event = AuditEvent::by_user(caller.user.id, action, source, self.clock.now());
        RationedEvent::new(&self.doorkeeper, event.of_session(id))
    }
}

impl LogoutScope {
    fn action(self) -> AuditAction {
        match self {
            Self::ThisSession => AuditAction::Logout,
            Self::OtherSessions => AuditAction::RevokeOtherSessions,
            Self::Everywhere => AuditAction::RevokeAllSessions,
        }
    }
}

fn action_on(caller: &LiveSession, id: SessionId) -> AuditAction {
    match caller.session_id() == id {
        true => AuditAction::Logout,
        false => AuditAction::RevokeSession,
    }
}
