//! Deleting the caller's account.

use super::live_caller::lock_live_caller;
use super::{Accounts, CurrentPasswordError};
use crate::audit::{AuditAction, AuditEvent, Source};
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::ports::{Abort, SecurityEventKind, StoreError, StoreExt};
use crate::services::surplus_sessions::revoke_surplus_sessions;
use crate::session::LiveSession;
use crate::user::GivenPassword;

/// Why an account was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteUserError {
    /// The current password is missing or wrong, or could not be compared.
    #[error(transparent)]
    CurrentPassword(#[from] CurrentPasswordError),
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
            Self::CurrentPassword(error) => error.code(),
            Self::SessionRevoked => ErrorCode::TokenInvalid,
            Self::Store(error) => error.code(),
        }
    }
}

impl Accounts {
    /// Deletes the caller's account with its sessions, links and mail. Its name and address are free at once.
    ///
    /// # Errors
    /// [`DeleteUserError`] says why the account is not deleted.
    pub async fn delete_user(
        &self,
        caller: &LiveSession,
        current_password: Option<GivenPassword>,
        source: &Source,
    ) -> Result<(), DeleteUserError> {
        let current_password = self
            .current_password
            .ask(current_password)
            .map_err(CurrentPasswordError::from)?;
        let confirmation = self.confirm(caller, current_password, source).await?;
        let (user_id, session_id) = (caller.user.id, caller.session_id());
        let now = self.clock.now();
        let told = AuditEvent::by_caller(caller, AuditAction::DeleteAccount, source, now);
        revoke_surplus_sessions(&self.store, &*self.session_check, user_id, Some(session_id))
            .await?;
        self.store
            .transact(move |tx| {
                let revoked = DeleteUserError::SessionRevoked;
                let account = lock_live_caller(tx, (user_id, session_id), now, revoked)?;
                confirmation.check(&account)?;
                match tx.users().delete(user_id)? {
                    true => Ok(tx.audit().append(&told)?),
                    false => Err(Abort::Refused(DeleteUserError::SessionRevoked)),
                }
            })
            .await?;
        self.session_check.invalidate(user_id);
        let (kind, ip) = (SecurityEventKind::AccountDeleted, source.client.ip);
        self.doorkeeper.record(kind, Some(user_id), ip);
        Ok(())
    }
}
