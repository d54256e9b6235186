//! Deleting one's account.

use std::net::IpAddr;

use super::Accounts;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::ports::{Abort, SecurityEventKind, StoreError, StoreExt};
use crate::services::surplus_sessions::revoke_surplus_sessions;
use crate::session::LiveSession;

/// Why an account was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteUserError {
    /// The session that asked has ended meanwhile.
    #[error("the session has ended")]
    SessionEnded,
    /// The store could not do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HasErrorCode for DeleteUserError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::SessionEnded => ErrorCode::TokenInvalid,
            Self::Store(error) => error.code(),
        }
    }
}

impl Accounts {
    /// Deletes the caller's account with its sessions, links and mail; its name and address are free at once.
    ///
    /// # Errors
    /// [`DeleteUserError`].
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
                let there = tx.users().lock(user_id)?.is_some();
                if there && tx.sessions().is_live(session_id, now)? && tx.users().delete(user_id)? {
                    return Ok(());
                }
                Err(Abort::Refused(DeleteUserError::SessionEnded))
            })
            .await?;
        self.session_check.invalidate(user_id);
        self.doorkeeper
            .record(SecurityEventKind::AccountDeleted, Some(user_id), ip);
        Ok(())
    }
}
