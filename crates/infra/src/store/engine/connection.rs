//! One connection to either database, and how each is made and set up.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, ConnectionError, QueryResult};
// Never named: pq-sys links libpq against this OpenSSL, and SQLite is this build of it.
use libsqlite3_sys as _;
use openssl_sys as _;
use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use pq_sys as _;

use super::fault::is_busy;
use super::open_error::OpenError;
use super::pooler::Pooling;
use super::sqlite_file;
use super::url::{DatabaseUrl, Location};

/// How often the setup of an SQLite file is tried while another process holds it, and how long each try waits for
/// the next.
const SETUP_TRIES: u32 = 100;
const SETUP_PAUSE: Duration = Duration::from_millis(20);

/// What has a meaning of its own in the path of a URI of SQLite's.
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

/// What is at the other end of a connection.
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

    /// Begins a transaction with these words.
    pub(super) fn begin(&mut self, begin: &str) -> QueryResult<()> {
        match self {
            Self::Postgres(connection) => {
                AnsiTransactionManager::begin_transaction_sql(connection, begin)
            }
            Self::Sqlite(connection) => {
                AnsiTransactionManager::begin_transaction_sql(connection, begin)
            }
        }
    }

    pub(super) fn commit(&mut self) -> QueryResult<()> {
        Self::commit_transaction(self)
    }

    /// Where this fails the database has rolled back by itself, or will when the pool drops the connection.
    pub(super) fn roll_back(&mut self) {
        if let Err(error) = Self::rollback_transaction(self) {
            tracing::debug!(%error, "a rollback failed");
        }
    }

    /// Connects, for `limit` a unit of work at the most. An SQLite file must be there.
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
                let mut connection = SqliteConnection::establish(&uri(path)).map_err(refused)?;
                set_up_sqlite(&mut connection, limit)
                    .map_err(|error| OpenError::refused(url, &error))?;
                Ok(Self::Sqlite(connection))
            }
        }
    }
}

/// An answered commit survives a power cut (`synchronous`), readers do not wait for the writer (WAL), and whoever
/// finds the file locked by another process waits for half of `limit`.
fn set_up_sqlite(connection: &mut SqliteConnection, limit: Duration) -> QueryResult<()> {
    let millis = limit.as_millis() / 2;
    connection.batch_execute(&format!(
        "PRAGMA busy_timeout = {millis}; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL"
    ))?;
    // Changing to WAL does not wait for others, whatever the timeout.
    let mut tries = 1;
    loop {
        match connection.batch_execute("PRAGMA journal_mode = WAL") {
            Err(error) if is_busy(&error) && tries < SETUP_TRIES => tries += 1,
            outcome => return outcome,
        }
        std::thread::sleep(SETUP_PAUSE);
    }
}

/// The path as SQLite reads it as a URI (<https://sqlite.org/uri.html>). A file that is not there is not made: see
/// [`sqlite_file`].
fn uri(path: &Path) -> String {
    // Relative paths have no authority before them.
    let root = if path.is_absolute() { "//" } else { "" };
    let path = percent_encode(path.as_os_str().as_bytes(), NOT_IN_A_PATH);
    format!("file:{root}{path}?mode=rw")
}
