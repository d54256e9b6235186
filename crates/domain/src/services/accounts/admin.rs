//! The use cases of an operator for accounts, with or without a running server.

use std::fmt;
use std::sync::Arc;

use crate::Timestamp;
use crate::audit::{AuditAction, AuditEvent};
use crate::ports::{Abort, Clock, Store, StoreError, StoreExt, Transaction};
use crate::user::{AccountState, Credential, DisabledReason, UserId, UserName};

/// The use cases of an operator for accounts.
pub struct AccountAdmin {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

/// Which account an operator means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountKey {
    /// The account with this name.
    Name(UserName),
    /// The account with this id.
    Id(UserId),
}

impl fmt::Display for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Id(id) => id.fmt(f),
        }
    }
}

/// Why an operator's request is refused.
#[derive(Debug, thiserror::Error)]
pub enum AccountAdminError {
    /// No account has the name, or the id.
    #[error("there is no such account")]
    UserUnknown,
    /// The account waits for verification. It is no user yet, and lapses by itself.
    #[error("the account waits for verification, and nobody can log in to it")]
    NotVerified,
    /// The account has no second factor.
    #[error("the account has no second factor")]
    FactorUnknown,
    /// The account is not disabled.
    #[error("the account is not disabled")]
    NotDisabled,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccountAdmin {
    /// Manages the accounts in this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

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
        let now = self.clock.now();
        self.store
            .transact(move |tx| {
                let account = locked(tx, &account, now)?;
                let former = match &account.state {
                    AccountState::Active => None,
                    AccountState::Pending { .. } => {
                        return Err(Abort::Refused(AccountAdminError::NotVerified));
                    }
                    AccountState::Disabled(former) => former.as_ref(),
                };
                let reason = reason.as_ref().or(former);
                tx.users().disable(account.user_id, reason, now)?;
                tx.links().delete_all(account.user_id)?;
                record(tx, account.user_id, AuditAction::DisableAccount, now)?;
                Ok(tx.sessions().revoke_all(account.user_id, None)?)
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

fn record(
    tx: &mut dyn Transaction,
    user_id: UserId,
    action: AuditAction,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.audit()
        .append(&AuditEvent::by_operator(Some(user_id), action, now))
}

/// The account that is meant, locked.
fn locked(
    tx: &mut dyn Transaction,
    account: &AccountKey,
    now: Timestamp,
) -> Result<Credential, Abort<AccountAdminError>> {
    let unknown = || Abort::Refused(AccountAdminError::UserUnknown);
    let id = match account {
        AccountKey::Id(id) => *id,
        AccountKey::Name(name) => {
            let found = tx.users().find_by_name(name, now)?;
            found.ok_or_else(unknown)?.user_id
        }
    };
    tx.users().lock(id)?.ok_or_else(unknown)
}
