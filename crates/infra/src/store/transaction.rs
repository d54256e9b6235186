//! The repositories together, inside one transaction.

use std::collections::BTreeSet;
use std::mem::take;

use azuma_domain::Timestamp;
use azuma_domain::ports::{
    InvalidationRepository, KnownClientRepository, LinkRepository, OutboxRepository,
    RecoveryRepository, SessionRepository, StoreError, Transaction, UserRepository, WriteError,
};
use azuma_domain::user::UserId;
use diesel::dsl::sql;
use diesel::result::Error;
use diesel::{QueryResult, RunQueryDsl};

use super::connection::DbConnection;
use super::errors::{classify, classify_write};
use super::sql_types::{SqlTimestamp, StoredTime};

/// A unit of work's connection, inside a transaction where it may write. It is every repository; each has its own file.
pub(super) struct DieselTransaction<'c> {
    connection: &'c mut DbConnection,
    failed: bool,
    /// Whose users or sessions changed.
    invalidated: BTreeSet<UserId>,
}

impl<'c> DieselTransaction<'c> {
    /// For a unit of work on `connection`, which has begun a transaction where one is needed.
    pub(super) fn new(connection: &'c mut DbConnection) -> Self {
        Self {
            connection,
            failed: false,
            invalidated: BTreeSet::new(),
        }
    }

    /// Whether a statement failed. Postgres then answers COMMIT kindly and rolls back, so nobody may commit.
    pub(super) fn has_failed(&self) -> bool {
        self.failed
    }

    /// Notes that what is remembered of this user and its sessions no longer holds, once this commits.
    pub(super) fn invalidate(&mut self, user_id: UserId) {
        self.invalidated.insert(user_id);
    }

    pub(super) fn take_invalidated(&mut self) -> BTreeSet<UserId> {
        take(&mut self.invalidated)
    }

    /// Runs statements. Every statement of every repository goes through here or [`write`](Self::write).
    pub(super) fn query<T>(
        &mut self,
        statements: impl FnOnce(&mut DbConnection) -> QueryResult<T>,
    ) -> Result<T, StoreError> {
        let is_postgres = self.connection.is_postgres();
        statements(self.connection).map_err(|error| {
            // What came cannot be read; the statement that brought it did not fail.
            self.failed |= !matches!(error, Error::DeserializationError(_));
            classify(is_postgres, error)
        })
    }

    /// Runs a statement that uniqueness may refuse.
    pub(super) fn write<T>(
        &mut self,
        statement: impl FnOnce(&mut DbConnection) -> QueryResult<T>,
    ) -> Result<T, WriteError> {
        let is_postgres = self.connection.is_postgres();
        statement(self.connection).map_err(|error| {
            self.failed = true;
            classify_write(is_postgres, error)
        })
    }
}

impl Transaction for DieselTransaction<'_> {
    fn users(&mut self) -> &mut dyn UserRepository {
        self
    }

    fn sessions(&mut self) -> &mut dyn SessionRepository {
        self
    }

    fn known_clients(&mut self) -> &mut dyn KnownClientRepository {
        self
    }

    fn links(&mut self) -> &mut dyn LinkRepository {
        self
    }

    fn recoveries(&mut self) -> &mut dyn RecoveryRepository {
        self
    }

    fn outbox(&mut self) -> &mut dyn OutboxRepository {
        self
    }

    fn clock(&mut self) -> Result<Option<Timestamp>, StoreError> {
        self.query(|connection| match connection {
            DbConnection::Postgres(connection) => {
                let now: StoredTime = diesel::select(sql::<SqlTimestamp>("clock_timestamp()"))
                    .get_result(connection)?;
                Ok(Some(now.0))
            }
            DbConnection::Sqlite(_) => Ok(None),
        })
    }

    fn invalidations(&mut self) -> &mut dyn InvalidationRepository {
        self
    }
}
