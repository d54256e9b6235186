//! Deleting the caller's account.

use std::net::IpAddr;

use super::Accounts;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::ports::{Abort, SecurityEventKind, StoreError, StoreExt};
use crate::services::surplus_sessions::revoke_surplus_sessions;
use crate::session::LiveSession;

/// Why an account was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteUserError {
    /// The session that asked was revoked in the meantime.
    #[error("the session is revoked")]
    SessionRevoked,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HasErrorCode for DeleteUserError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::SessionRevoked => ErrorCode::TokenInvalid,
            Self::Store(error) => error.code(),
        }
    }
}

impl Accounts {
    /// Deletes the caller's account with its sessions, links and mail. Its name and address are free at once.
    ///
    /// # Errors
    /// [`DeleteUserError::SessionRevoked`] if the caller's session is no longer live; [`DeleteUserError::Store`] if the
    /// database fails. The account is not deleted then.
    pub async fn delete_user(
        &self,
        caller: &LiveSession,
        ip: Option<IpAddr>,
    ) -> Result<(), DeleteUserError> {
        let (user_id, session_id) = (caller.user.id, caller.session_id());
        let now = self.clock.now();
        revoke_surplus_sessions(&self.store, &*self.session_check, user_id, Some(session_id))
            .await?;
        self.store
            .transact(move |tx| {
                let exists = tx.users().lock(user_id)?.is_some();
                if exists
                    && tx.sessions().is_live(session_id, now)?
                    && tx.users().delete(user_id)?
                {
                    return Ok(());
                }
                Err(Abort::Refused(DeleteUserError::SessionRevoked))
            })
            .await?;
        self.session_check.invalidate(user_id);
        self.doorkeeper
            .record(SecurityEventKind::AccountDeleted, Some(user_id), ip);
        Ok(())
    }
}
