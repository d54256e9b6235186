//! The use cases of an operator for accounts, with or without a running server.

mod change;
mod credentials;
mod delete;
mod look;
mod state;

use std::sync::Arc;

use crate::Timestamp;
use crate::audit::{AuditAction, AuditEvent};
use crate::ports::{Abort, Clock, Conflict, Store, StoreError, StoreExt, Transaction};
use crate::services::account_key::{AccountKey, NoSingleAccount};
use crate::services::surplus_sessions::revoke_surplus_beside_a_server;
use crate::user::{AccountState, Credential, UserId};

pub use change::EmailStanding;
pub use credentials::{
    CreateAccountError, CredentialAdmin, GeneratedPassword, SetPasswordError, WantedAccount,
};
pub use look::{AccountDetails, AccountFilter, AccountList, StateFilter};

/// The use cases of an operator for accounts.
pub struct AccountAdmin {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

/// Why an operator's request is refused.
#[derive(Debug, thiserror::Error)]
pub enum AccountAdminError {
    /// It does not say which account is meant, or there is none.
    #[error(transparent)]
    NoSingleAccount(#[from] NoSingleAccount),
    /// The account waits for verification. It is no user yet, and lapses by itself.
    #[error("the account waits for verification, and nobody can log in to it")]
    NotVerified,
    /// The account has no second factor.
    #[error("the account has no second factor")]
    FactorUnknown,
    /// The account is not disabled.
    #[error("the account is not disabled")]
    NotDisabled,
    /// Another account has the name.
    #[error("the name is taken")]
    NameTaken,
    /// Another account has the address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Conflict> for AccountAdminError {
    fn from(conflict: Conflict) -> Self {
        match conflict {
            Conflict::Name => Self::NameTaken,
            Conflict::Email => Self::EmailTaken,
        }
    }
}

impl AccountAdmin {
    /// Manages the accounts in this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }
}

impl AccountAdmin {
    /// Finds the account, and revokes all but so many of its sessions that the caller can revoke the others in one unit of work.
    /// Answers how many were revoked. It revokes none unless the account has far more than the limit allows.
    async fn begin_to_revoke(
        &self,
        account: AccountKey,
    ) -> Result<(AccountKey, usize), AccountAdminError> {
        let now = self.clock.now();
        let found = self
            .store
            .read(move |reader| account.find(reader, now))
            .await?;
        let id = found?;
        let revoked = revoke_surplus_beside_a_server(&self.store, id).await?;
        Ok((AccountKey::Id(id), revoked))
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
    let id = account.find(tx.reader(), now)?;
    let id = id.map_err(|none| Abort::Refused(none.into()))?;
    let unknown = || Abort::Refused(NoSingleAccount::None.into());
    tx.users().lock(id)?.ok_or_else(unknown)
}

/// The same, unless it waits for verification.
fn locked_user(
    tx: &mut dyn Transaction,
    account: &AccountKey,
    now: Timestamp,
) -> Result<Credential, Abort<AccountAdminError>> {
    let account = locked(tx, account, now)?;
    match &account.state {
        AccountState::Active | AccountState::Disabled(_) => Ok(account),
        AccountState::Pending { .. } => Err(Abort::Refused(AccountAdminError::NotVerified)),
    }
}
