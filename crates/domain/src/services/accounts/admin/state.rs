//! Disabling and enabling accounts, and removing second factors.

use super::{AccountAdmin, AccountAdminError, locked, locked_user, record};
use crate::audit::AuditAction;
use crate::ports::{Abort, StoreExt};
use crate::services::account_key::AccountKey;
use crate::user::{AccountState, DisabledReason};

impl AccountAdmin {
    /// Disables an account: revokes its sessions and its links, so that nobody can use it, log in to it or recover it. Its
    /// name and address stay taken. Answers how many sessions were revoked.
    ///
    /// For an account that is disabled already, it does the same again: a node of a release that does not know the state
    /// may have let the user in. The account keeps its reason if no other is given.
    ///
    /// # Errors
    /// [`AccountAdminError`] says why not; nothing is changed then.
    pub async fn disable(
        &self,
        account: AccountKey,
        reason: Option<DisabledReason>,
    ) -> Result<usize, AccountAdminError> {
        let (account, before) = self.begin_to_revoke(account).await?;
        let now = self.clock.now();
        self.store
            .transact(move |tx| {
                let account = locked_user(tx, &account, now)?;
                let former = match &account.state {
                    AccountState::Active | AccountState::Pending { .. } => None,
                    AccountState::Disabled(former) => former.as_ref(),
                };
                let reason = reason.as_ref().or(former);
                tx.users().disable(account.user_id, reason, now)?;
                tx.links().delete_all(account.user_id)?;
                record(tx, account.user_id, AuditAction::DisableAccount, now)?;
                Ok(before + tx.sessions().revoke_all(account.user_id, None)?)
            })
            .await
    }

    /// Enables a disabled account. Its user can log in again, with the password it had.
    ///
    /// # Errors
    /// [`AccountAdminError`] says why not; nothing is changed then.
    pub async fn enable(&self, account: AccountKey) -> Result<(), AccountAdminError> {
        let now = self.clock.now();
        self.store
            .transact(move |tx| {
                let account = locked(tx, &account, now)?;
                match tx.users().enable(account.user_id)? {
                    true => Ok(record(
                        tx,
                        account.user_id,
                        AuditAction::EnableAccount,
                        now,
                    )?),
                    false => Err(Abort::Refused(AccountAdminError::NotDisabled)),
                }
            })
            .await
    }

    /// Removes an account's second factor. Its user logs in with the password alone.
    ///
    /// # Errors
    /// [`AccountAdminError`] says why not; nothing is changed then.
    pub async fn remove_factor(&self, account: AccountKey) -> Result<(), AccountAdminError> {
        let now = self.clock.now();
        self.store
            .transact(move |tx| {
                let account = locked(tx, &account, now)?;
                match tx.factors().remove(account.user_id)? {
                    true => Ok(record(
                        tx,
                        account.user_id,
                        AuditAction::RemoveSecondFactor,
                        now,
                    )?),
                    false => Err(Abort::Refused(AccountAdminError::FactorUnknown)),
                }
            })
            .await
    }
}
