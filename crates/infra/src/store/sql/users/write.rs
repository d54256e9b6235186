//! Writing accounts.

use azuma_domain::Timestamp;
use azuma_domain::mutants::Mutant;
use azuma_domain::ports::{
    Cause, Conflict, NewUser, StoreError, Taken, UserChanges, UserReader, UserRepository,
    WriteError,
};
use azuma_domain::user::{
    AccountEmail, Credential, DisabledReason, EmailAddress, User, UserId, UserName,
};
use diesel::prelude::*;

use super::rows::{
    CREDENTIAL_COLUMNS, CredentialRow, NewUserRow, USER_COLUMNS, UserChangesRow, UserRow,
};
use crate::store::engine::connection::{DbConnection, load_locked};
use crate::store::sql::repositories::Repositories;
use crate::store::sql::schema::{outbox, users};
use crate::store::sql::types::{StoredId, StoredTime};
use crate::store::sql::{MAX_SWEEP, corrupt};

/// How often an account is inserted, if others take what it needs and give it up again.
const INSERT_TRIES: usize = 3;

impl Repositories<'_> {
    /// Adds an account if nobody has anything of it, not even an account that has lapsed.
    fn insert_if_free(&mut self, new: &NewUser) -> Result<bool, StoreError> {
        let insert = diesel::insert_into(users::table)
            .values(NewUserRow::from(new))
            .on_conflict_do_nothing();
        let inserted = self.query(|connection| match connection {
            DbConnection::Postgres(connection) => insert.execute(connection),
            DbConnection::Sqlite(connection) => insert.execute(connection),
        })?;
        Ok(inserted == 1)
    }

    /// What of the account another one has.
    fn who_took(&mut self, new: &NewUser, now: Timestamp) -> Result<Option<Taken>, StoreError> {
        let user = &new.user;
        if self.find_credential(user.id)?.is_some() {
            return Ok(Some(Taken::Id));
        }
        if self.find_by_name(&user.name, now)?.is_some() {
            return Ok(Some(Taken::Name));
        }
        let Some(email) = &user.email else {
            return Ok(None);
        };
        let holder = self.find_by_email(email.address(), now)?;
        Ok(holder.map(|_| Taken::Email))
    }
}

impl UserRepository for Repositories<'_> {
    fn insert(&mut self, new: &NewUser) -> Result<(), WriteError> {
        // The name is looked at before any other index, whichever was made first: pg_dump makes that of the addresses
        // first.
        let insert = diesel::insert_into(users::table)
            .values(NewUserRow::from(new))
            .on_conflict(users::name_key)
            .do_nothing();
        let inserted = self.write(|connection| match connection {
            DbConnection::Postgres(connection) => insert.execute(connection),
            DbConnection::Sqlite(connection) => insert.execute(connection),
        })?;
        match inserted {
            0 if Mutant::TakenNamesAreErrors.is_on() => Err(corrupt("users.name").into()),
            0 => Err(self.refuse(Conflict::Name)),
            _ => Ok(()),
        }
    }

    fn insert_unless_taken(
        &mut self,
        new: &NewUser,
        now: Timestamp,
    ) -> Result<Option<Taken>, StoreError> {
        let user = &new.user;
        let email = user.email.as_ref().map(AccountEmail::address);
        for _ in 0..INSERT_TRIES {
            if self.insert_if_free(new)? {
                return Ok(None);
            }
            self.release(Some(&user.name), email, now)?;
            if self.insert_if_free(new)? {
                return Ok(None);
            }
            if let Some(taken) = self.who_took(new, now)? {
                return Ok(Some(taken));
            }
        }
        Err(StoreError::Unavailable(
            "the name keeps changing its owner".into(),
        ))
    }

    fn release(
        &mut self,
        name: Option<&UserName>,
        email: Option<&EmailAddress>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // A key that is not looked up is NULL here, and NULL equals nothing.
        let name_key = name.map(UserName::normalized);
        let email_key = email.map(EmailAddress::normalized);
        let lapsed_at = match Mutant::WaitingAccountsLapseAtOnce.is_on() {
            true => Timestamp::from_micros(i64::MAX),
            false => now,
        };
        self.query(|connection| {
            let lapsed: Vec<StoredId> = load_locked!(
                connection,
                users::table
                    .filter(users::pending_until.le(StoredTime(lapsed_at)))
                    .filter(
                        users::name_key
                            .nullable()
                            .eq(name_key)
                            .or(users::email_key.eq(email_key)),
                    )
                    .order(users::id)
                    .select(users::id),
                for_update
            )?;
            if !lapsed.is_empty() {
                diesel::delete(users::table.filter(users::id.eq_any(lapsed)))
                    .execute(connection)?;
            }
            Ok(())
        })
    }

    fn lock(&mut self, id: UserId) -> Result<Option<Credential>, StoreError> {
        let rows: Vec<CredentialRow> = self.query(|connection| {
            load_locked!(
                connection,
                users::table
                    .find(StoredId(id.uuid()))
                    .select(CREDENTIAL_COLUMNS),
                for_update
            )
        })?;
        Ok(rows.into_iter().next().map(Credential::from))
    }

    fn update(&mut self, id: UserId, changes: &UserChanges) -> Result<Option<User>, WriteError> {
        let changes = UserChangesRow::from(changes);
        let unchanged = changes.is_empty();
        let user = users::table.find(StoredId(id.uuid()));
        let row: Option<UserRow> = self.write(|connection| {
            if unchanged {
                user.select(USER_COLUMNS).first(connection).optional()
            } else {
                diesel::update(user)
                    .set(changes)
                    .returning(USER_COLUMNS)
                    .get_result(connection)
                    .optional()
            }
        })?;
        if row.is_some() && !unchanged {
            self.invalidate(id, Cause::UserChanged);
        }
        Ok(row.map(User::try_from).transpose()?)
    }

    /// Nothing is invalidated: an account that waits has no sessions.
    fn activate(&mut self, id: UserId, now: Timestamp) -> Result<bool, StoreError> {
        let activated = self.query(|connection| {
            diesel::update(users::table.find(StoredId(id.uuid())))
                .filter(users::pending_until.gt(StoredTime(now)))
                .set((
                    users::pending_until.eq(None::<StoredTime>),
                    users::email_proved_at.eq(StoredTime(now)),
                ))
                .execute(connection)
        })?;
        Ok(activated == 1)
    }

    fn prove_email(&mut self, id: UserId, now: Timestamp) -> Result<(), StoreError> {
        let proved = self.query(|connection| {
            diesel::update(users::table.find(StoredId(id.uuid())))
                .filter(users::email.is_not_null())
                .set(users::email_proved_at.eq(StoredTime(now)))
                .execute(connection)
        })?;
        if proved == 1 {
            self.invalidate(id, Cause::UserChanged);
        }
        Ok(())
    }

    fn disable(
        &mut self,
        id: UserId,
        reason: Option<&DisabledReason>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let disabled = self.query(|connection| {
            diesel::update(users::table.find(StoredId(id.uuid())))
                .filter(users::pending_until.is_null())
                .set((
                    users::disabled_at.eq(StoredTime(now)),
                    users::disabled_reason.eq(reason.map(DisabledReason::as_str)),
                ))
                .execute(connection)
        })?;
        if disabled == 1 {
            self.invalidate(id, Cause::UserDisabled);
        }
        Ok(disabled == 1)
    }

    fn enable(&mut self, id: UserId) -> Result<bool, StoreError> {
        let enabled = self.query(|connection| {
            diesel::update(users::table.find(StoredId(id.uuid())))
                .filter(users::disabled_at.is_not_null())
                .set((
                    users::disabled_at.eq(None::<StoredTime>),
                    users::disabled_reason.eq(None::<&str>),
                ))
                .execute(connection)
        })?;
        if enabled == 1 {
            self.invalidate(id, Cause::UserChanged);
        }
        Ok(enabled == 1)
    }

    fn delete(&mut self, user_id: UserId) -> Result<bool, StoreError> {
        let id = StoredId(user_id.uuid());
        let deleted = self.query(|connection| {
            diesel::delete(outbox::table.filter(outbox::user_id.eq(id))).execute(connection)?;
            diesel::delete(users::table.find(id)).execute(connection)
        })?;
        if deleted == 1 {
            self.invalidate(user_id, Cause::UserDeleted);
        }
        Ok(deleted == 1)
    }

    fn delete_lapsed(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError> {
        self.query(|connection| {
            // Accounts that another transaction has locked are left for the next sweep.
            let lapsed: Vec<StoredId> = load_locked!(
                connection,
                users::table
                    .filter(users::pending_until.le(StoredTime(now)))
                    .order(users::pending_until)
                    .select(users::id)
                    .limit(i64::from(limit.min(MAX_SWEEP))),
                for_update.skip_locked
            )?;
            diesel::delete(users::table.filter(users::id.eq_any(lapsed))).execute(connection)
        })
    }
}
