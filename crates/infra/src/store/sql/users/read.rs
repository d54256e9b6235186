//! Reading accounts.

use azuma_domain::Timestamp;
use azuma_domain::ports::{AddressHolder, StoreError, UserReader};
use azuma_domain::user::{
    AccountEmail, AccountPosition, AccountState, Credential, EmailAddress, StoredAccount, User,
    UserId, UserName,
};
use diesel::prelude::*;

use super::rows::{
    ADDRESS_HOLDER_COLUMNS, AddressHolderRow, CREDENTIAL_COLUMNS, CredentialRow, STATE_COLUMNS,
    StateRow, USER_COLUMNS, UserRow, account_email,
};
use super::stored::{STORED_COLUMNS, StoredRow};
use crate::store::sql::repositories::Repositories;
use crate::store::sql::schema::users;
use crate::store::sql::types::{StoredId, StoredTime};
use crate::store::sql::{MAX_SWEEP, corrupt};

impl UserReader for Repositories<'_> {
    fn find(&mut self, id: UserId) -> Result<Option<User>, StoreError> {
        let row: Option<UserRow> = self.query(|connection| {
            users::table
                .find(StoredId(id.uuid()))
                .filter(users::pending_until.is_null())
                .select(USER_COLUMNS)
                .first(connection)
                .optional()
        })?;
        row.map(User::try_from).transpose()
    }

    fn find_several(&mut self, ids: &[UserId]) -> Result<Vec<(User, AccountState)>, StoreError> {
        let ids: Vec<StoredId> = ids.iter().map(|id| StoredId(id.uuid())).collect();
        let rows: Vec<(UserRow, StateRow)> = self.query(|connection| {
            users::table
                .filter(users::id.eq_any(ids))
                .filter(users::pending_until.is_null())
                .select((USER_COLUMNS, STATE_COLUMNS))
                .load(connection)
        })?;
        let read = |(user, state): (UserRow, StateRow)| {
            let user = User::try_from(user).ok()?;
            Some((user, AccountState::from(state)))
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    fn find_credential(&mut self, id: UserId) -> Result<Option<Credential>, StoreError> {
        let row: Option<CredentialRow> = self.query(|connection| {
            users::table
                .find(StoredId(id.uuid()))
                .select(CREDENTIAL_COLUMNS)
                .first(connection)
                .optional()
        })?;
        Ok(row.map(Credential::from))
    }

    fn find_by_name(
        &mut self,
        name: &UserName,
        now: Timestamp,
    ) -> Result<Option<Credential>, StoreError> {
        let row: Option<CredentialRow> = self.query(|connection| {
            users::table
                .filter(users::name_key.eq(name.normalized()))
                .filter(
                    users::pending_until
                        .is_null()
                        .or(users::pending_until.gt(StoredTime(now))),
                )
                .select(CREDENTIAL_COLUMNS)
                .first(connection)
                .optional()
        })?;
        Ok(row.map(Credential::from))
    }

    fn find_by_email(
        &mut self,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<Option<AddressHolder>, StoreError> {
        let row: Option<AddressHolderRow> = self.query(|connection| {
            users::table
                .filter(users::email_key.eq(email.normalized()))
                .filter(
                    users::pending_until
                        .is_null()
                        .or(users::pending_until.gt(StoredTime(now))),
                )
                .select(ADDRESS_HOLDER_COLUMNS)
                .first(connection)
                .optional()
        })?;
        row.map(AddressHolder::try_from).transpose()
    }

    fn find_by_proved_email(
        &mut self,
        email: &EmailAddress,
    ) -> Result<Option<Credential>, StoreError> {
        let row: Option<CredentialRow> = self.query(|connection| {
            users::table
                .filter(users::email_key.eq(email.normalized()))
                .filter(users::email_proved_at.is_not_null())
                .filter(users::pending_until.is_null())
                .select(CREDENTIAL_COLUMNS)
                .first(connection)
                .optional()
        })?;
        Ok(row.map(Credential::from))
    }

    fn name_of(&mut self, id: UserId) -> Result<Option<UserName>, StoreError> {
        let name: Option<String> = self.query(|connection| {
            users::table
                .find(StoredId(id.uuid()))
                .select(users::name)
                .first(connection)
                .optional()
        })?;
        Ok(name.and_then(|name| UserName::parse(&name).ok()))
    }

    fn email_of(&mut self, id: UserId) -> Result<Option<AccountEmail>, StoreError> {
        let found: Option<(Option<String>, Option<StoredTime>)> = self.query(|connection| {
            users::table
                .find(StoredId(id.uuid()))
                .select((users::email, users::email_proved_at))
                .first(connection)
                .optional()
        })?;
        let Some((Some(email), proved_at)) = found else {
            return Ok(None);
        };
        let address = EmailAddress::parse(&email).map_err(|_| corrupt("users.email"))?;
        Ok(Some(account_email(address, proved_at)))
    }

    fn stored(&mut self, id: UserId) -> Result<Option<StoredAccount>, StoreError> {
        let row: Option<StoredRow> = self.query(|connection| {
            users::table
                .find(StoredId(id.uuid()))
                .select(STORED_COLUMNS)
                .first(connection)
                .optional()
        })?;
        Ok(row.map(StoredAccount::from))
    }

    fn page(
        &mut self,
        after: Option<&AccountPosition>,
        prefix: Option<&UserName>,
        limit: u32,
    ) -> Result<Vec<StoredAccount>, StoreError> {
        // Whoever has the prefix stands together, so the first account without it ends the page.
        let prefix = prefix.map_or("", UserName::normalized);
        let after = after.map_or("", AccountPosition::name_key);
        let rows: Vec<StoredRow> = self.query(|connection| {
            let query = users::table
                .order(users::name_key)
                .limit(i64::from(limit.min(MAX_SWEEP)))
                .select(STORED_COLUMNS)
                .into_boxed();
            // One condition, because SQLite looks for the first row by one alone.
            match after < prefix {
                true => query.filter(users::name_key.ge(prefix)),
                false => query.filter(users::name_key.gt(after)),
            }
            .load(connection)
        })?;
        let accounts = rows.into_iter().map(StoredAccount::from);
        Ok(accounts
            .take_while(|account| account.position.name_key().starts_with(prefix))
            .collect())
    }
}
