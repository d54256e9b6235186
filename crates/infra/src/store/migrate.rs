//! The schema, and how a database comes to have it.
//!
//! Migrations are part of the binary. A migration never breaks the release before it, so nodes are replaced one by
//! one: a database that knows more migrations than this binary does is fine.

use std::fmt::Display;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::migration::{Migration, MigrationSource};
use diesel::{QueryDsl, QueryResult, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::{DbConnection, MultiBackend};
use super::errors::{OpenError, one_line};
use super::pooler::Pooling;
use super::sqlite_file;
use super::url::DatabaseUrl;

static POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
static SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// How long to wait while another process migrates. On SQLite it is half of it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The lock that keeps migrating processes apart (its number is "azuma"). Once it is ours, a statement takes the time
/// it takes.
const LOCK_POSTGRES: &str = "SELECT pg_advisory_xact_lock(x'617a756d61'::bigint); \
     SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";

diesel::table! {
    /// Diesel's own record of what was applied.
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

/// A database could not be brought up to date. It is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// It cannot be opened at all.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The lock did not come: another process holds it, or the file cannot be written.
    #[error("cannot lock the database to migrate it: {0}")]
    Lock(String),
    /// A statement failed; the user may not be allowed to make tables.
    #[error("cannot migrate the database: {0}")]
    Failed(String),
}

/// Brings a database up to date, and answers the names of the migrations it took, oldest first. An SQLite file that is
/// not there is made, and its directory.
///
/// All of them happen, or none. Of processes that call it at once, one migrates while the others wait, a minute at the
/// most. A database that is up to date is only looked at, so its user need not be allowed to make tables. Called at
/// every start and by `azuma migrate`. It blocks.
///
/// Nothing is left in a session of a Postgres server, so there may be a pooler of any kind.
///
/// A database in memory is made by its store, schema and all; this makes one of its own and throws it away.
///
/// # Errors
/// [`MigrateError`].
pub fn migrate(url: &DatabaseUrl) -> Result<Vec<String>, MigrateError> {
    if let Some(path) = url.sqlite_path() {
        sqlite_file::make(path)?;
    }
    let mut connection = DbConnection::open(url, Pooling::Transaction, PATIENCE)?;
    apply(&mut connection)
}

/// Whether a database is there and has this version's schema, or a later one. It makes and changes nothing, and blocks.
///
/// # Errors
/// [`OpenError`] when it cannot be opened.
pub fn is_up_to_date(url: &DatabaseUrl) -> Result<bool, OpenError> {
    if url.sqlite_path().is_some_and(|path| !path.exists()) {
        return Ok(false);
    }
    let mut connection = DbConnection::open(url, Pooling::Transaction, PATIENCE)?;
    let source = source_of(&connection);
    Ok(is_current(&mut connection, source))
}

fn source_of(connection: &DbConnection) -> &'static EmbeddedMigrations {
    match connection {
        DbConnection::Postgres(_) => &POSTGRES,
        DbConnection::Sqlite(_) => &SQLITE,
    }
}

/// Brings the database behind a connection up to date.
pub(super) fn apply(connection: &mut DbConnection) -> Result<Vec<String>, MigrateError> {
    let source = source_of(connection);
    if is_current(connection, source) {
        return Ok(Vec::new());
    }
    begin(connection).map_err(|error| MigrateError::Lock(one_line(&error)))?;
    let failed = |error: &dyn Display| MigrateError::Failed(one_line(error));
    let outcome = apply_pending(connection, source).map_err(|error| failed(&error));
    match outcome {
        Ok(applied) => DbConnection::commit_transaction(connection)
            .map(|()| applied)
            .map_err(|error| failed(&error)),
        Err(error) => {
            // What went wrong first says more; and closing the connection rolls back as well.
            drop(DbConnection::rollback_transaction(connection));
            Err(error)
        }
    }
}

/// Looks without a lock and without the right to make tables. Any trouble is a no, and comes up again later.
fn is_current(connection: &mut DbConnection, source: &EmbeddedMigrations) -> bool {
    use __diesel_schema_migrations::dsl;

    let Ok(known) = MigrationSource::<MultiBackend>::migrations(source) else {
        return false;
    };
    let applied: QueryResult<Vec<String>> = dsl::__diesel_schema_migrations
        .select(dsl::version)
        .load(connection);
    applied.is_ok_and(|applied| {
        known
            .iter()
            .all(|migration| applied.contains(&migration.name().version().to_string()))
    })
}

fn begin(connection: &mut DbConnection) -> QueryResult<()> {
    match connection {
        DbConnection::Postgres(connection) => {
            let begin = Pooling::Transaction.begin(PATIENCE);
            AnsiTransactionManager::begin_transaction_sql(
                connection,
                &format!("{begin}; {LOCK_POSTGRES}"),
            )
        }
        DbConnection::Sqlite(connection) => {
            AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")
        }
    }
}

fn apply_pending(
    connection: &mut DbConnection,
    source: &EmbeddedMigrations,
) -> diesel::migration::Result<Vec<String>> {
    let pending: Vec<Box<dyn Migration<MultiBackend>>> =
        connection.pending_migrations(Borrowed(source))?;
    let mut applied = Vec::new();
    for migration in pending {
        connection.run_migration(&migration)?;
        applied.push(migration.name().to_string());
    }
    Ok(applied)
}

/// [`MigrationHarness`] takes a source by value, and [`EmbeddedMigrations`] cannot be copied.
struct Borrowed<'a>(&'a EmbeddedMigrations);

impl MigrationSource<MultiBackend> for Borrowed<'_> {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<MultiBackend>>>> {
        self.0.migrations()
    }
}
