//! Changing the name or the address of an account, for the operator.

use super::{AccountAdmin, AccountAdminError, locked, locked_user, record};
use crate::Timestamp;
use crate::audit::AuditAction;
use crate::ports::{StoreExt, UserChanges};
use crate::services::account_key::AccountKey;
use crate::services::accounts::address_names::expect_nobodys_address;
use crate::user::{AccountEmail, EmailAddress, UserName};

/// What an operator says of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailStanding {
    /// It is claimed, as one that a user has typed.
    Claimed,
    /// It is proved: the operator knows whose it is. Its user may log in with it and recover the account by it.
    Proved,
}

impl EmailStanding {
    pub(super) fn of(self, address: EmailAddress, now: Timestamp) -> AccountEmail {
        match self {
            Self::Claimed => AccountEmail::claimed(address),
            Self::Proved => AccountEmail::proved(address, now),
        }
    }
}

impl AccountAdmin {
    /// Gives an account another name, or the same in another case. Its sessions stay.
    ///
    /// # Errors
    /// [`AccountAdminError`] says why not; nothing is changed then.
    pub async fn rename(
        &self,
        account: AccountKey,
        name: UserName,
    ) -> Result<(), AccountAdminError> {
        let now = self.clock.now();
        let changes = UserChanges {
            name: Some(name.clone()),
            ..UserChanges::default()
        };
        self.store
            .transact(move |tx| {
                let user_id = locked(tx, &account, now)?.user_id;
                tx.users().release(Some(&name), None, now)?;
                expect_nobodys_address(tx, &name, user_id)?;
                if tx.users().name_of(user_id)?.as_ref() == Some(&name) {
                    return Ok(());
                }
                tx.users().update(user_id, &changes)?;
                Ok(record(tx, user_id, AuditAction::ChangeName, now)?)
            })
            .await
    }

    /// Gives an account another address, or says another thing of the address it has. Every link that was mailed for it is
    /// deleted, because the address it was mailed to may be another one. Its sessions stay, and no message is sent.
    ///
    /// # Errors
    /// [`AccountAdminError`] says why not; nothing is changed then.
    pub async fn set_email(
        &self,
        account: AccountKey,
        email: EmailAddress,
        standing: EmailStanding,
    ) -> Result<(), AccountAdminError> {
        let now = self.clock.now();
        let changes = UserChanges {
            email: Some(standing.of(email.clone(), now)),
            ..UserChanges::default()
        };
        self.store
            .transact(move |tx| {
                let user_id = locked_user(tx, &account, now)?.user_id;
                tx.users().release(None, Some(&email), now)?;
                tx.users().update(user_id, &changes)?;
                tx.links().delete_all(user_id)?;
                Ok(record(tx, user_id, AuditAction::ChangeEmail, now)?)
            })
            .await
    }
}
