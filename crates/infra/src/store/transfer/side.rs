//! One side of a copy: a database that this process has for itself, or the source of a live copy, which servers use.

use std::path::Path;
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;

use super::TransferError;
use super::tables;
use crate::store::engine::connection::{Backend, DbConnection, Openness, sqlite_uri};
use crate::store::engine::fault::is_busy;
use crate::store::engine::one_column::{Line, Number};
use crate::store::engine::open_error::{OpenError, one_line};
use crate::store::engine::pooler::Pooling;
use crate::store::engine::sqlite_file;
use crate::store::engine::url::DatabaseUrl;

/// SQLite gives no lock to a process while others have the file open, and none to others until the connection is closed.
const ALONE: &str = "PRAGMA busy_timeout = 2000; PRAGMA locking_mode = EXCLUSIVE; PRAGMA foreign_keys = ON; \
     PRAGMA synchronous = FULL; BEGIN EXCLUSIVE; COMMIT";

/// No timeout of the server ends a long transaction.
const NO_LIMITS: &str = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; \
     SET LOCAL lock_timeout = '10s'";

/// Whoever else is connected to the same database: what a server calls itself is its operator's choice. A server behind a
/// pooler may have no connection at the moment.
const OTHERS: &str = "SELECT count(*) AS number FROM pg_stat_activity WHERE datname = current_database() \
     AND pid <> pg_backend_pid() AND backend_type = 'client backend'";

/// A commit of this transaction is on the disk when it is confirmed, also where the server's setting is otherwise. For a
/// transaction that may take its snapshot at once.
const DURABLE: &str = "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'";

/// How long a lock on a table is waited for while servers wait behind it, and how long they wait for whoever holds it: Postgres ends the
/// transaction of a process that was stopped or cut off.
const BRIEFLY: &str = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '30s'; \
     SET LOCAL idle_in_transaction_session_timeout = '10s'";

/// SQLite waits for half as long for the lock of another process.
const BESIDE_SERVERS: Duration = Duration::from_secs(20);

/// How often others are looked for, and the pause after each look.
const OTHERS_TRIES: u32 = 20;
const OTHERS_PAUSE: Duration = Duration::from_millis(250);

/// A database, by its URL without a password.
pub(super) struct Side {
    pub(super) url: String,
    pub(super) connection: DbConnection,
}

impl Side {
    /// Opens a database that no server uses.
    pub(super) fn open(url: &DatabaseUrl) -> Result<Self, TransferError> {
        expect_there(url)?;
        let connection = match url.sqlite_path() {
            Some(path) => open_file(url, path)?,
            None => DbConnection::open(url, Pooling::Transaction, Duration::ZERO)?,
        };
        let mut side = Self {
            url: url.to_string(),
            connection,
        };
        match side.backend() {
            Backend::Sqlite => {}
            Backend::Postgres => side.expect_no_others()?,
        }
        Ok(side)
    }

    /// Opens a database that servers may use meanwhile.
    pub(super) fn open_beside_servers(url: &DatabaseUrl) -> Result<Self, TransferError> {
        expect_there(url)?;
        let connection = DbConnection::open(url, Pooling::Transaction, BESIDE_SERVERS)?;
        Ok(Self {
            url: url.to_string(),
            connection,
        })
    }

    /// Opens a database, which must exist, to look at it.
    pub(super) fn open_to_look(url: &DatabaseUrl, limit: Duration) -> Result<Self, TransferError> {
        Ok(Self {
            url: url.to_string(),
            connection: DbConnection::open_to_look(url, limit)?,
        })
    }

    /// Waits a while for those that were stopped or killed: the server ends their sessions a little later.
    fn expect_no_others(&mut self) -> Result<(), TransferError> {
        for _ in 0..OTHERS_TRIES {
            if self.number(OTHERS)? == 0 {
                return Ok(());
            }
            thread::sleep(OTHERS_PAUSE);
        }
        Err(TransferError::InUse(self.url.clone()))
    }

    pub(super) fn backend(&self) -> Backend {
        self.connection.backend()
    }

    /// Begins a transaction in which nobody else writes to the tables.
    pub(super) fn begin_alone(&mut self) -> Result<(), TransferError> {
        let begin = match self.backend() {
            Backend::Sqlite => "BEGIN".to_owned(),
            // The first snapshot is that of the first query, when the tables are locked.
            Backend::Postgres => {
                let tables = tables::names();
                format!(
                    "BEGIN ISOLATION LEVEL REPEATABLE READ; {NO_LIMITS}; LOCK TABLE {tables} IN SHARE MODE"
                )
            }
        };
        let begun = self.connection.begin(&begin);
        begun.map_err(|error| match one_line(&error) {
            reason if reason.contains("lock timeout") => TransferError::InUse(self.url.clone()),
            reason => self.failed(reason),
        })
    }

    /// Begins a transaction that sees one moment of the database, while others write.
    pub(super) fn begin_snapshot(&mut self) -> Result<(), TransferError> {
        let begun = match self.backend() {
            Backend::Sqlite => self.connection.begin("BEGIN"),
            Backend::Postgres => self.connection.begin(&format!(
                "BEGIN ISOLATION LEVEL REPEATABLE READ; {NO_LIMITS}; {DURABLE}"
            )),
        };
        begun.map_err(|error| self.failed(one_line(&error)))
    }

    /// Begins a transaction in which nobody else reads or writes the tables; with SQLite others read, and nobody writes.
    /// Changes nothing if that is not possible at once.
    pub(super) fn begin_locked(&mut self) -> Result<(), TransferError> {
        let locked = match self.backend() {
            Backend::Sqlite => self.connection.begin("BEGIN IMMEDIATE"),
            Backend::Postgres => self.lock_tables(),
        };
        locked.map_err(|error| TransferError::NotLocked {
            url: self.url.clone(),
            reason: one_line(&error),
        })
    }

    fn lock_tables(&mut self) -> QueryResult<()> {
        self.connection.begin("BEGIN")?;
        let tables = tables::names();
        let locked = self.connection.batch_execute(&format!(
            "{BRIEFLY}; LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE; {DURABLE}"
        ));
        locked.inspect_err(|_| self.connection.roll_back())
    }

    fn begin(&mut self) -> QueryResult<()> {
        match self.backend() {
            Backend::Sqlite => self.connection.begin("BEGIN IMMEDIATE"),
            Backend::Postgres => self
                .connection
                .begin(&format!("BEGIN; {NO_LIMITS}; {DURABLE}")),
        }
    }

    /// Runs statements and a closure in one transaction.
    pub(super) fn transact<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, TransferError>,
    ) -> Result<T, TransferError> {
        let begun = self.begin();
        begun.map_err(|error| self.failed(one_line(&error)))?;
        let done = work(self);
        self.end(done)
    }

    /// Ends a transaction that was begun.
    pub(super) fn end<T>(&mut self, done: Result<T, TransferError>) -> Result<T, TransferError> {
        match done {
            Ok(done) => {
                let committed = self.connection.commit();
                committed.map_err(|error| self.failed(one_line(&error)))?;
                Ok(done)
            }
            Err(error) => {
                self.connection.roll_back();
                Err(error)
            }
        }
    }

    pub(super) fn batch(&mut self, script: &str) -> Result<(), TransferError> {
        let done = self.connection.batch_execute(script);
        done.map_err(|error| self.failed(one_line(&error)))
    }

    pub(super) fn lines(&mut self, query: &str) -> Result<Vec<String>, TransferError> {
        let lines = sql_query(query).load(&mut self.connection);
        self.texts(lines)
    }

    pub(super) fn number(&mut self, query: &str) -> Result<i64, TransferError> {
        let found: QueryResult<Number> = sql_query(query).get_result(&mut self.connection);
        let found = found.map_err(|error| self.failed(one_line(&error)))?;
        Ok(found.number)
    }

    /// The lines of a query with one parameter.
    pub(super) fn lines_with(
        &mut self,
        query: &str,
        parameter: &str,
    ) -> Result<Vec<String>, TransferError> {
        let lines = sql_query(query)
            .bind::<Text, _>(parameter)
            .load(&mut self.connection);
        self.texts(lines)
    }

    /// Runs a statement with one parameter.
    pub(super) fn execute(
        &mut self,
        statement: &str,
        parameter: &str,
    ) -> Result<(), TransferError> {
        let done = sql_query(statement)
            .bind::<Text, _>(parameter)
            .execute(&mut self.connection);
        done.map(drop)
            .map_err(|error| self.failed(one_line(&error)))
    }

    /// Whether a statement with one parameter fails. Changes nothing.
    pub(super) fn refuses(&mut self, statement: &str, parameter: &str) -> bool {
        if self.begin().is_err() {
            return false;
        }
        let refused = self.execute(statement, parameter).is_err();
        self.connection.roll_back();
        refused
    }

    fn texts(&self, lines: QueryResult<Vec<Line>>) -> Result<Vec<String>, TransferError> {
        let lines = lines.map_err(|error| self.failed(one_line(&error)))?;
        Ok(lines.into_iter().map(|Line { line }| line).collect())
    }

    pub(super) fn failed(&self, reason: String) -> TransferError {
        TransferError::Failed {
            url: self.url.clone(),
            reason,
        }
    }
}

fn expect_there(url: &DatabaseUrl) -> Result<(), TransferError> {
    match url.sqlite_path().is_some_and(|path| !path.exists()) {
        true => Err(TransferError::Missing(url.to_string())),
        false => Ok(()),
    }
}

fn open_file(url: &DatabaseUrl, path: &Path) -> Result<DbConnection, TransferError> {
    sqlite_file::expect_usable(path)?;
    let uri = sqlite_uri(path, Openness::ReadWrite);
    let mut connection =
        SqliteConnection::establish(&uri).map_err(|error| OpenError::refused(url, &error))?;
    connection
        .batch_execute(ALONE)
        .map_err(|error| match is_busy(&error) {
            true => TransferError::InUse(url.to_string()),
            false => OpenError::refused(url, &error).into(),
        })?;
    Ok(DbConnection::Sqlite(connection))
}
