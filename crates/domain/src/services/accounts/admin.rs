//! The use cases of an operator for accounts, with or without a running server.

use std::sync::Arc;

use crate::Timestamp;
use crate::ports::{Abort, Clock, Store, StoreError, StoreExt, Transaction};
use crate::user::{AccountState, Credential, DisabledReason, UserName};

/// The use cases of an operator for accounts.
pub struct AccountAdmin {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

/// Why an operator's request is refused.
#[derive(Debug, thiserror::Error)]
pub enum AccountAdminError {
    /// No account has the name.
    #[error("no account has this name")]
    UserUnknown,
    /// The account waits for verification. It is no user yet, and lapses by itself.
    #[error("the account waits for verification, and nobody can log in to it")]
    NotVerified,
    /// The account is disabled already.
    #[error("the account is disabled already")]
    Disabled,
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
    /// # Errors
    /// [`AccountAdminError`] says why not; nothing is changed then.
    pub async fn disable(
        &self,
        name: UserName,
        reason: Option<DisabledReason>,
    ) -> Result<usize, AccountAdminError> {
        let now = self.clock.now();
        self.store
            .transact(move |tx| {
                let account = locked(tx, &name, now)?;
                match account.state {
                    AccountState::Active => {}
                    AccountState::Pending { .. } => {
                        return Err(Abort::Refused(AccountAdminError::NotVerified));
                    }
                    AccountState::Disabled(_) => {
                        return Err(Abort::Refused(AccountAdminError::Disabled));
                    }
                }
                tx.users().disable(account.user_id, reason.as_ref(), now)?;
                tx.links().delete_all(account.user_id)?;
                Ok(tx.sessions().revoke_all(account.user_id, None)?)
            })
            .await
    }

    /// Enables a disabled account. Its user can log in again, with the password it had.
    ///
    /// # Errors
    /// [`AccountAdminError`] says why not; nothing is changed then.
    pub async fn enable(&self, name: UserName) -> Result<(), AccountAdminError> {
        let now = self.clock.now();
        self.store
            .transact(move |tx| {
                let account = locked(tx, &name, now)?;
                match tx.users().enable(account.user_id)? {
                    true => Ok(()),
                    false => Err(Abort::Refused(AccountAdminError::NotDisabled)),
                }
            })
            .await
    }
}

/// The account with this name, locked.
fn locked(
    tx: &mut dyn Transaction,
    name: &UserName,
    now: Timestamp,
) -> Result<Credential, Abort<AccountAdminError>> {
    let unknown = || Abort::Refused(AccountAdminError::UserUnknown);
    let found = tx.users().find_by_name(name, now)?.ok_or_else(unknown)?;
    tx.users().lock(found.user_id)?.ok_or_else(unknown)
}
