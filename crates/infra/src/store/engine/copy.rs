//! Copies of an SQLite database, each a file of its own.

use std::collections::BTreeMap;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;
use diesel::{ConnectionError, sql_query};

use super::connection::{DbConnection, Openness, sqlite_uri};
use super::migrate::LOCK_TIMEOUT;
use super::migrate_error::MigrateError;
use super::moved::moved_to;
use super::one_column::{Line, Number};
use super::open_error::{OpenError, one_line};
use super::pooler::Pooling;
use super::url::DatabaseUrl;
use super::versions;

/// What a copy holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    /// The migrations that are applied, in order.
    pub migrations: Vec<String>,
    /// How many rows each table has.
    pub rows: BTreeMap<String, u64>,
}

/// A database cannot be copied, or a copy is not as it should be.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A statement failed, perhaps because the disk is full.
    #[error("the database cannot be copied: {0}")]
    Failed(String),
    /// The copy cannot be read as a database.
    #[error("the copy of the database cannot be read: {0}")]
    Unreadable(String),
    /// `PRAGMA integrity_check` found something.
    #[error("the copy of the database is damaged: {0}")]
    Damaged(String),
    /// The database is half a copy.
    #[error(
        "the database is a copy that `azuma copy` has not finished: back up the database that it is copied from"
    )]
    Unfinished,
    /// The database was closed, and holds nothing that servers use.
    #[error("the database was moved to {0}, and is closed: back up that one")]
    Moved(String),
    /// A later release has changed the schema in a way that this release cannot work with.
    #[error(
        "a later release made the database (migrations {0}), and this release cannot work with it: restore it with that \
         release or a later one"
    )]
    Later(String),
}

/// How many bytes a copy of the database takes at most. Blocks.
pub(crate) fn size(url: &DatabaseUrl) -> Result<u64, CopyError> {
    let mut connection = DbConnection::open(url, Pooling::Session, LOCK_TIMEOUT)?;
    let pages = "SELECT page_count * page_size AS number FROM pragma_page_count, pragma_page_size";
    let size: Number = sql_query(pages)
        .get_result(&mut connection)
        .map_err(|error| CopyError::Failed(one_line(&error)))?;
    Ok(u64::try_from(size.number).unwrap_or(0))
}

/// Copies the database, as one moment saw it, into an empty file. The copy has no log beside it, and nothing of what was
/// deleted. Servers may read and write meanwhile: this is one long read to them, during which their log grows. Blocks.
///
/// SQLite has written everything to the disk when it returns; the file's name is the caller's to sync.
pub(crate) fn copy(url: &DatabaseUrl, to: &Path) -> Result<(), CopyError> {
    let mut connection = DbConnection::open(url, Pooling::Session, LOCK_TIMEOUT)?;
    // What has no record of migrations is found unreadable later.
    let applied = versions::applied(&mut connection).unwrap_or_default();
    versions::expect_finished(&applied).map_err(|_| CopyError::Unfinished)?;
    if let Some(target) = moved_to(&mut connection) {
        return Err(CopyError::Moved(target));
    }
    sql_query("VACUUM INTO ?")
        .bind::<Text, _>(sqlite_uri(to, Openness::ReadWrite))
        .execute(&mut connection)
        .map(drop)
        .map_err(|error| CopyError::Failed(one_line(&error)))
}

/// Reads all of a copy that nobody changes, and says what it holds. Blocks.
pub(crate) fn inspect(copy: &Path) -> Result<Contents, CopyError> {
    let unreadable = |error: diesel::result::Error| CopyError::Unreadable(one_line(&error));
    let refused = |error: ConnectionError| CopyError::Unreadable(one_line(&error));
    let uri = sqlite_uri(copy, Openness::Immutable);
    let connection = SqliteConnection::establish(&uri).map_err(refused)?;
    let mut connection = DbConnection::Sqlite(connection);
    let found: Vec<Line> = sql_query("SELECT integrity_check AS line FROM pragma_integrity_check")
        .load(&mut connection)
        .map_err(unreadable)?;
    match found.first() {
        Some(line) if line.line == "ok" => {}
        first => {
            let reason = first.map_or("it cannot be checked", |line| &line.line);
            return Err(CopyError::Damaged(one_line(&reason)));
        }
    }
    let migrations = versions::applied(&mut connection).map_err(unreadable)?;
    let rows = count_rows(&mut connection).map_err(unreadable)?;
    Ok(Contents { migrations, rows })
}

fn count_rows(connection: &mut DbConnection) -> QueryResult<BTreeMap<String, u64>> {
    let tables = "SELECT name AS line FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    let tables: Vec<Line> = sql_query(tables).load(connection)?;
    let count = |Line { line: table }| {
        let quoted = table.replace('"', "\"\"");
        let query = format!("SELECT count(*) AS number FROM \"{quoted}\"");
        let count: Number = sql_query(query).get_result(connection)?;
        Ok((table, u64::try_from(count.number).unwrap_or(0)))
    };
    tables.into_iter().map(count).collect()
}

/// Refuses a copy that this release cannot work with. One of an earlier release can be migrated.
pub(crate) fn expect_known_schema(copy: &Path) -> Result<(), CopyError> {
    let refused = |error: ConnectionError| CopyError::Unreadable(one_line(&error));
    let uri = sqlite_uri(copy, Openness::Immutable);
    let connection = SqliteConnection::establish(&uri).map_err(refused)?;
    let known = versions::expect_known(&mut DbConnection::Sqlite(connection));
    known.map_err(|error| match error {
        MigrateError::Later(migrations) => CopyError::Later(migrations),
        other => CopyError::Unreadable(other.to_string()),
    })
}

/// Puts what is in the log of a database into its file, and removes the log, once no connection is open. Blocks, for as long
/// as connections stay open, a minute at most.
pub(crate) fn fold_log(url: &DatabaseUrl) -> Result<(), CopyError> {
    let mut connection = DbConnection::open(url, Pooling::Session, LOCK_TIMEOUT)?;
    let mut tries = 0;
    loop {
        match connection.batch_execute("PRAGMA journal_mode = DELETE") {
            Ok(()) => return Ok(()),
            Err(error) if tries >= super::connection::SETUP_TRIES => {
                return Err(CopyError::Failed(one_line(&error)));
            }
            Err(_) => tries += 1,
        }
        std::thread::sleep(super::connection::SETUP_PAUSE);
    }
}
