//! A connection to either database, and how it is opened and set up.

use std::fmt::Display;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, CacheSize, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, ConnectionError, QueryResult};
// These crates are linked, never named: libpq against this OpenSSL, and this build of SQLite.
use libsqlite3_sys as _;
use openssl_sys as _;
use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use pq_sys as _;

use super::fault::is_busy;
use super::open_error::OpenError;
use super::pooler::Pooling;
use super::sqlite_file;
use super::url::{DatabaseUrl, Location};

/// How often the setup of an SQLite file is tried while another process locks the file, and the pause after each try.
pub(super) const SETUP_TRIES: u32 = 100;
pub(super) const SETUP_PAUSE: Duration = Duration::from_millis(20);

/// The characters that must be percent-encoded in the path of an SQLite URI.
const NOT_IN_A_PATH: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#');

/// A connection to Postgres or SQLite. Queries are written once against it; `match` only where the two differ.
#[derive(diesel::MultiConnection)]
pub enum DbConnection {
    /// To a Postgres server.
    Postgres(PgConnection),
    /// To an SQLite file, or to a database in memory.
    Sqlite(SqliteConnection),
}

/// Loads the rows of a query and locks them, in the order the query sorts them, until the transaction ends.
///
/// SQLite has no such clause and needs none: `BEGIN IMMEDIATE` has locked the database. The query is written twice
/// into the program and runs once.
macro_rules! load_locked {
    ($connection:expr, $query:expr, $($lock:ident).+) => {
        match $connection {
            $crate::store::engine::connection::DbConnection::Postgres(connection) => {
                diesel::RunQueryDsl::load($query$(.$lock())+, connection)
            }
            $crate::store::engine::connection::DbConnection::Sqlite(connection) => {
                diesel::RunQueryDsl::load($query, connection)
            }
        }
    };
}
pub(in crate::store) use load_locked;

/// Which database a connection is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Backend {
    /// A server of Postgres.
    Postgres,
    /// SQLite, in this process.
    Sqlite,
}

impl DbConnection {
    pub(in crate::store) fn backend(&self) -> Backend {
        match self {
            Self::Postgres(_) => Backend::Postgres,
            Self::Sqlite(_) => Backend::Sqlite,
        }
    }

    /// Begins a transaction with this statement.
    pub(in crate::store) fn begin(&mut self, begin: &str) -> QueryResult<()> {
        match self {
            Self::Postgres(connection) => {
                AnsiTransactionManager::begin_transaction_sql(connection, begin)
            }
            Self::Sqlite(connection) => {
                AnsiTransactionManager::begin_transaction_sql(connection, begin)
            }
        }
    }

    pub(in crate::store) fn commit(&mut self) -> QueryResult<()> {
        Self::commit_transaction(self)
    }

    /// Rolls back. If that fails, the database has rolled back by itself, or will when the pool drops the connection.
    pub(in crate::store) fn roll_back(&mut self) {
        if let Err(error) = Self::rollback_transaction(self) {
            tracing::debug!(%error, "a rollback failed");
        }
    }

    /// Connects to look, and changes nothing, not even an SQLite file that is empty. A statement takes `limit` at most.
    pub(in crate::store) fn open_to_look(
        url: &DatabaseUrl,
        limit: Duration,
    ) -> Result<Self, OpenError> {
        let Location::File(path) = url.location() else {
            return Self::open(url, Pooling::Transaction, limit);
        };
        sqlite_file::expect_usable(path)?;
        let millis = busy_timeout(limit);
        let opened = SqliteConnection::establish(&sqlite_uri(path, Openness::ReadWrite));
        let mut connection = opened.map_err(|error| OpenError::refused(url, &error))?;
        connection
            .batch_execute(&format!(
                "PRAGMA busy_timeout = {millis}; PRAGMA query_only = ON"
            ))
            .map_err(|error| OpenError::refused(url, &error))?;
        Ok(Self::Sqlite(connection))
    }

    /// Connects. A statement on the connection takes `limit` at most. An SQLite file must exist.
    pub(in crate::store) fn open(
        url: &DatabaseUrl,
        pooling: Pooling,
        limit: Duration,
    ) -> Result<Self, OpenError> {
        let refused = |error: ConnectionError| OpenError::refused(url, &error);
        match url.location() {
            Location::Postgres(uri) => {
                let mut connection = PgConnection::establish(uri).map_err(refused)?;
                pooling
                    .set_up(&mut connection, limit)
                    .map_err(|error| OpenError::refused(url, &error))?;
                Ok(Self::Postgres(connection))
            }
            Location::Memory => {
                let mut connection = SqliteConnection::establish(":memory:").map_err(refused)?;
                set_up_sqlite(&mut connection, limit)
                    .map_err(|error| OpenError::refused(url, &error))?;
                Ok(Self::Sqlite(connection))
            }
            Location::File(path) => {
                sqlite_file::expect_usable(path)?;
                let mut connection =
                    SqliteConnection::establish(&sqlite_uri(path, Openness::ReadWrite))
                        .map_err(refused)?;
                set_up_sqlite(&mut connection, limit)
                    .and_then(|()| expect_writable(&mut connection, limit))
                    .map_err(|error| OpenError::refused(url, &error))?;
                Ok(Self::Sqlite(connection))
            }
        }
    }
}

/// Connects to the Postgres database of another system. It leaves nothing in a session, which a pooler may hand to others.
///
/// # Errors
/// [`OpenError`] if the server refuses, or the URL is not that of a Postgres server.
pub(crate) fn connect_to_another_system(url: &DatabaseUrl) -> Result<PgConnection, OpenError> {
    let refused = |reason: &dyn Display| OpenError::refused(url, reason);
    let Location::Postgres(uri) = url.location() else {
        return Err(refused(&"it must begin with `postgres://`"));
    };
    let mut connection = PgConnection::establish(uri).map_err(|error| refused(&error))?;
    connection.set_prepared_statement_cache_size(CacheSize::Disabled);
    Ok(connection)
}

/// A commit survives a power cut (`synchronous`), readers do not wait for the writer (WAL), and a connection that finds
/// the file locked by another process waits for half of `limit`.
fn set_up_sqlite(connection: &mut SqliteConnection, limit: Duration) -> QueryResult<()> {
    let millis = busy_timeout(limit);
    connection.batch_execute(&format!(
        "PRAGMA busy_timeout = {millis}; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL"
    ))?;
    // The change to WAL fails at once if the file is locked, whatever `busy_timeout` is.
    let mut tries = 1;
    loop {
        match connection.batch_execute("PRAGMA journal_mode = WAL") {
            Err(error) if is_busy(&error) && tries < SETUP_TRIES => tries += 1,
            outcome => return outcome,
        }
        std::thread::sleep(SETUP_PAUSE);
    }
}

/// Refuses a connection that can only read. While a disk fails, SQLite opens the file, its log or the log's index for
/// reading only, and keeps it so until it is closed; the index is shared by all connections of this process, so one
/// that stays open would keep them all from writing after the disk is mended.
///
/// Only a write tells: `BEGIN IMMEDIATE` begins a read on a read-only file. The write is rolled back, so nothing reaches
/// the disk. A connection that finds the lock taken can write, because SQLite looks for that before it takes the lock.
fn expect_writable(connection: &mut SqliteConnection, limit: Duration) -> QueryResult<()> {
    let written = connection.batch_execute(
        "PRAGMA busy_timeout = 0; BEGIN IMMEDIATE; PRAGMA user_version = 0; ROLLBACK",
    );
    match written {
        Err(error) if !is_busy(&error) => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let millis = busy_timeout(limit);
    connection.batch_execute(&format!("PRAGMA busy_timeout = {millis}"))
}

/// In milliseconds.
fn busy_timeout(limit: Duration) -> u128 {
    limit.as_millis() / 2
}

/// How a file of SQLite is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Openness {
    /// To read and to write.
    ReadWrite,
    /// To read, without locks or a log: nobody writes to the file.
    Immutable,
}

/// The path as an SQLite URI (<https://sqlite.org/uri.html>). SQLite does not create a missing file; [`sqlite_file`]
/// does.
pub(in crate::store) fn sqlite_uri(path: &Path, openness: Openness) -> String {
    // A URI with a relative path has no authority.
    let root = if path.is_absolute() { "//" } else { "" };
    let path = percent_encode(path.as_os_str().as_bytes(), NOT_IN_A_PATH);
    let parameters = match openness {
        Openness::ReadWrite => "mode=rw",
        Openness::Immutable => "mode=ro&immutable=1",
    };
    format!("file:{root}{path}?{parameters}")
}
