//! Deleting an account, or ending its sessions, for the operator.

use super::{AccountAdmin, AccountAdminError, locked, record};
use crate::audit::AuditAction;
use crate::ports::Abort;
use crate::ports::StoreExt;
use crate::services::account_key::{AccountKey, NoSingleAccount};

impl AccountAdmin {
    /// Deletes an account with its sessions, links and mail. Its name and address are free at once.
    ///
    /// # Errors
    /// [`AccountAdminError`] says why not; nothing is changed then.
    pub async fn delete(&self, account: AccountKey) -> Result<(), AccountAdminError> {
        let (account, _) = self.begin_to_revoke(account).await?;
        let now = self.clock.now();
        self.store
            .transact(move |tx| {
                let user_id = locked(tx, &account, now)?.user_id;
                match tx.users().delete(user_id)? {
                    true => Ok(record(tx, user_id, AuditAction::DeleteAccount, now)?),
                    false => Err(Abort::Refused(NoSingleAccount::None.into())),
                }
            })
            .await
    }

    /// Revokes all sessions of an account, and answers how many. Its user can log in again.
    ///
    /// # Errors
    /// [`AccountAdminError`] says why not. If the database fails, some sessions may be revoked.
    pub async fn revoke_sessions(&self, account: AccountKey) -> Result<usize, AccountAdminError> {
        let (account, before) = self.begin_to_revoke(account).await?;
        let now = self.clock.now();
        self.store
            .transact(move |tx| {
                let user_id = locked(tx, &account, now)?.user_id;
                let revoked = tx.sessions().revoke_all(user_id, None)?;
                record(tx, user_id, AuditAction::RevokeAllSessions, now)?;
                Ok(before + revoked)
            })
            .await
    }
}
