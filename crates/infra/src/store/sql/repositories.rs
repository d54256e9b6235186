//! All repositories on one connection.

use std::collections::BTreeMap;
use std::mem::take;

use azuma_domain::Timestamp;
use azuma_domain::ports::{
    AuditReader, AuditRepository, Cause, Conflict, FactorReader, FactorRepository,
    InvalidationReader, InvalidationRepository, InviteReader, InviteRepository, KnownClientReader,
    KnownClientRepository, LinkReader, LinkRepository, OutboxReader, OutboxRepository, Reader,
    RecoveryRepository, Schema, ServiceReader, ServiceRepository, SessionReader, SessionRepository,
    StoreError, Transaction, UserReader, UserRepository, WriteError,
};
use azuma_domain::user::UserId;
use diesel::dsl::sql;
use diesel::result::Error;
use diesel::{QueryResult, RunQueryDsl};

use super::types::{SqlTimestamp, StoredTime};
use crate::store::engine::connection::DbConnection;
use crate::store::engine::fault::{Fault, conflict_of, meaning};
use crate::store::engine::versions;

/// The connection of a unit of work, inside a transaction if the work may write. It implements every repository; each
/// implementation is in the file of its table.
pub(in crate::store) struct Repositories<'c> {
    connection: &'c mut DbConnection,
    /// Whether a statement failed or a unique value is taken. Postgres answers COMMIT after a failed statement without
    /// an error and rolls back, so the work must not commit.
    failed: bool,
    /// Why the work has to be run again.
    fault: Option<Fault>,
    /// The users whose rows or sessions changed, and what changed of each.
    invalidated: BTreeMap<UserId, Cause>,
}

impl<'c> Repositories<'c> {
    /// The repositories for a unit of work. The caller has begun a transaction on `connection` if one is needed.
    pub(in crate::store) fn new(connection: &'c mut DbConnection) -> Self {
        Self {
            connection,
            failed: false,
            fault: None,
            invalidated: BTreeMap::new(),
        }
    }

    /// Adds the invalidations that are committed together with the work.
    ///
    /// # Errors
    /// [`StoreError::Failed`] if a statement of the work failed.
    pub(in crate::store) fn prepare_commit(&mut self) -> Result<(), StoreError> {
        if self.failed {
            return Err(StoreError::Failed(
                "a transaction must not commit after one of its statements failed".into(),
            ));
        }
        let users = take(&mut self.invalidated);
        self.add_invalidations(users)
    }

    /// Why the work has to be run again; `None` if no statement had a fault.
    pub(in crate::store) fn into_fault(self) -> Option<Fault> {
        self.fault
    }

    /// Records that the cached sessions of this user become invalid when the work commits.
    pub(super) fn invalidate(&mut self, user_id: UserId, cause: Cause) {
        let both = self.invalidated.entry(user_id).or_insert(cause);
        *both = both.and(cause);
    }

    /// Runs statements. Every statement of every repository goes through here or [`write`](Self::write).
    pub(super) fn query<T>(
        &mut self,
        statements: impl FnOnce(&mut DbConnection) -> QueryResult<T>,
    ) -> Result<T, StoreError> {
        statements(self.connection).map_err(|error| self.note(error))
    }

    /// Runs a statement that may violate a unique index.
    pub(super) fn write<T>(
        &mut self,
        statement: impl FnOnce(&mut DbConnection) -> QueryResult<T>,
    ) -> Result<T, WriteError> {
        statement(self.connection).map_err(|error| match conflict_of(&error) {
            Some(conflict) => self.refuse(conflict),
            None => WriteError::Store(self.note(error)),
        })
    }

    /// The error for a unique value that another account has. The work must not commit.
    pub(super) fn refuse(&mut self, conflict: Conflict) -> WriteError {
        self.failed = true;
        WriteError::Conflict(conflict)
    }

    /// Records why a statement failed, and returns the error for the work.
    fn note(&mut self, error: Error) -> StoreError {
        // If a row cannot be read, its statement has not failed.
        self.failed |= !matches!(error, Error::DeserializationError(_));
        let (fault, error) = meaning(self.connection.backend(), &error).split(error);
        self.fault = fault.or(self.fault.take());
        error
    }
}

impl Reader for Repositories<'_> {
    fn users(&mut self) -> &mut dyn UserReader {
        self
    }

    fn sessions(&mut self) -> &mut dyn SessionReader {
        self
    }

    fn known_clients(&mut self) -> &mut dyn KnownClientReader {
        self
    }

    fn factors(&mut self) -> &mut dyn FactorReader {
        self
    }

    fn links(&mut self) -> &mut dyn LinkReader {
        self
    }

    fn invites(&mut self) -> &mut dyn InviteReader {
        self
    }

    fn services(&mut self) -> &mut dyn ServiceReader {
        self
    }

    fn outbox(&mut self) -> &mut dyn OutboxReader {
        self
    }

    fn invalidations(&mut self) -> &mut dyn InvalidationReader {
        self
    }

    fn audit(&mut self) -> &mut dyn AuditReader {
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

    fn schema(&mut self) -> Result<Schema, StoreError> {
        self.query(versions::schema)
    }
}

impl Transaction for Repositories<'_> {
    fn reader(&mut self) -> &mut dyn Reader {
        self
    }

    fn users(&mut self) -> &mut dyn UserRepository {
        self
    }

    fn sessions(&mut self) -> &mut dyn SessionRepository {
        self
    }

    fn known_clients(&mut self) -> &mut dyn KnownClientRepository {
        self
    }

    fn factors(&mut self) -> &mut dyn FactorRepository {
        self
    }

    fn links(&mut self) -> &mut dyn LinkRepository {
        self
    }

    fn invites(&mut self) -> &mut dyn InviteRepository {
        self
    }

    fn recoveries(&mut self) -> &mut dyn RecoveryRepository {
        self
    }

    fn services(&mut self) -> &mut dyn ServiceRepository {
        self
    }

    fn outbox(&mut self) -> &mut dyn OutboxRepository {
        self
    }

    fn invalidations(&mut self) -> &mut dyn InvalidationRepository {
        self
    }

    fn audit(&mut self) -> &mut dyn AuditRepository {
        self
    }
}
