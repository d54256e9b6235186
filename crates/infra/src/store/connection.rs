//! One connection to either database, and how each is made and set up.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, ConnectionError, QueryResult};
// Never named: pq-sys links libpq against this OpenSSL, and SQLite is this build of it.
use libsqlite3_sys as _;
use openssl_sys as _;
use pq_sys as _;

use super::errors::{OpenError, is_busy};
use super::url::{DatabaseUrl, Location};
use crate::private_folder::make_private_folder;

/// How often the setup of an SQLite file is tried while another process holds it, and how long each try waits for
/// the next.
const SETUP_TRIES: u32 = 100;
const SETUP_PAUSE: Duration = Duration::from_millis(20);

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
            $crate::store::connection::DbConnection::Postgres(connection) => {
                diesel::RunQueryDsl::load($query$(.$lock())+, connection)
            }
            $crate::store::connection::DbConnection::Sqlite(connection) => {
                diesel::RunQueryDsl::load($query, connection)
            }
        }
    };
}
pub(super) use load_locked;

impl DbConnection {
    pub(super) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Connects, for `limit` a unit of work at the most. A missing SQLite file is made, and its directory.
    pub(super) fn open(url: &DatabaseUrl, limit: Duration) -> Result<Self, OpenError> {
        let refused = |error: ConnectionError| OpenError::refused(url, &error);
        match url.location() {
            Location::Postgres(uri) => {
                let mut connection = PgConnection::establish(uri).map_err(refused)?;
                set_up_postgres(&mut connection, limit)
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
                make_private_file(path)?;
                let mut connection =
                    SqliteConnection::establish(&plain_path(path)).map_err(refused)?;
                set_up_sqlite(&mut connection, limit)
                    .map_err(|error| OpenError::refused(url, &error))?;
                Ok(Self::Sqlite(connection))
            }
        }
    }
}

/// The server, too, gives up after `limit`, so that a connection we gave up on comes back. A transaction of ours
/// that stands still (a paused process) holds its locks against other nodes for twice as long at the most.
fn set_up_postgres(connection: &mut PgConnection, limit: Duration) -> QueryResult<()> {
    let millis = limit.as_millis();
    connection.batch_execute(&format!(
        "SET statement_timeout = {millis}; SET idle_in_transaction_session_timeout = {}",
        millis.saturating_mul(2)
    ))
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

/// Makes the file, for us alone, where there is none; SQLite gives its companions the same mode. The mode of a file
/// that is there is its owner's business.
fn make_private_file(path: &Path) -> Result<(), OpenError> {
    if let Some(directory) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        make_private_folder(directory).map_err(|source| OpenError::Directory {
            path: directory.to_owned(),
            source,
        })?;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    let opened = match options.clone().create_new(true).open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => options.open(path),
        outcome => outcome,
    };
    opened.map(drop).map_err(|source| OpenError::File {
        path: path.to_owned(),
        source,
    })
}

/// The path as SQLite reads it as a path: `file:` would begin a URI, and `:` a name of its own.
fn plain_path(path: &Path) -> String {
    let text = path.to_string_lossy();
    if path.is_absolute() {
        text.into_owned()
    } else {
        format!("./{text}")
    }
}
