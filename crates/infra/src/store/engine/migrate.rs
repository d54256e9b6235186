//! Applies migrations.
//!
//! Migrations are part of the binary. A migration never breaks the previous release, so nodes can be replaced one by
//! one. A database may have more migrations than this binary knows; its schema then says which migrations a binary
//! must know.

use std::fmt::Display;
use std::thread;
use std::time::Duration;

use diesel::dsl::sql;
use diesel::migration::{Migration, MigrationSource};
use diesel::sql_types::Text;
use diesel::{QueryResult, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};

use super::connection::{Backend, DbConnection, MultiBackend};
use super::migrate_error::MigrateError;
use super::open_error::one_line;
use super::pooler::Pooling;
use super::sqlite_file;
use super::url::DatabaseUrl;
use super::versions::{expect_no_later, is_current, source_of};

/// How long to wait for the lock while another process migrates. SQLite waits for half as long.
pub(super) const LOCK_TIMEOUT: Duration = Duration::from_mins(1);

/// How often a migration that deadlocks with running nodes is tried, and the pause after each try.
const MOST_DEADLOCKS: u32 = 100;
const AFTER_DEADLOCK: Duration = Duration::from_millis(100);

/// The advisory lock that one migrating process holds at a time (its number is "azuma" in ASCII). No statement
/// timeout applies while the lock is held.
const LOCK_POSTGRES: &str = "SELECT pg_advisory_xact_lock(x'617a756d61'::bigint); \
     SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";

/// Migrates a database, and returns the names of the migrations it applied, oldest first. Creates an SQLite file that
/// does not exist, and its directory.
///
/// Each migration is applied whole or not at all; if one fails, the earlier ones stay. If several processes call this
/// at once, one migrates while the others wait, for a minute at most. Nodes of the previous release may keep running;
/// a migration that deadlocks with them is tried again. If the database is up to date, it is only read, so its user
/// need not be allowed to create tables. Called at every start and by `azuma migrate`. Blocks.
///
/// Works behind a pooler of any kind, because it leaves nothing in a session of the Postgres server.
///
/// A database in memory gets its schema when its store is opened. For its URL, this function only migrates a second
/// database and drops it.
///
/// # Errors
/// [`MigrateError`] if the database cannot be opened, locked or migrated, or needs a later release.
pub fn migrate(url: &DatabaseUrl) -> Result<Vec<String>, MigrateError> {
    if let Some(path) = url.sqlite_path() {
        sqlite_file::make(path)?;
    }
    let mut connection = DbConnection::open(url, Pooling::Transaction, LOCK_TIMEOUT)?;
    apply(&mut connection)
}

/// Whether a database exists and has the schema of this release, or a later schema that this release can work with.
/// Changes nothing. Blocks.
///
/// # Errors
/// [`MigrateError`] if the database cannot be opened, or needs a later release.
pub fn is_up_to_date(url: &DatabaseUrl) -> Result<bool, MigrateError> {
    if url.sqlite_path().is_some_and(|path| !path.exists()) {
        return Ok(false);
    }
    let mut connection = DbConnection::open(url, Pooling::Transaction, LOCK_TIMEOUT)?;
    let source = source_of(&connection);
    expect_unicode(&mut connection)?;
    expect_no_later(&mut connection, source)?;
    Ok(is_current(&mut connection, source))
}

/// Migrates the database of this connection.
pub(in crate::store) fn apply(connection: &mut DbConnection) -> Result<Vec<String>, MigrateError> {
    expect_unicode(connection)?;
    let source = source_of(connection);
    expect_no_later(connection, source)?;
    if is_current(connection, source) {
        return Ok(Vec::new());
    }
    apply_pending(connection)
}

/// Makes the record of migrations, as the first migration does.
pub(in crate::store) fn make_record(connection: &mut DbConnection) -> Result<(), MigrateError> {
    let made = MigrationHarness::<MultiBackend>::applied_migrations(connection);
    made.map(drop)
        .map_err(|error| MigrateError::Failed(one_line(&error)))
}

/// Applies what is pending, whatever else the database has. The caller knows that no later release has migrated it.
pub(in crate::store) fn apply_pending(
    connection: &mut DbConnection,
) -> Result<Vec<String>, MigrateError> {
    let source = source_of(connection);
    let mut taken = Vec::new();
    let mut deadlocks = 0;
    loop {
        match apply_next(connection, source) {
            Ok(Some(name)) => taken.push(name),
            Ok(None) => return Ok(taken),
            Err(error) if is_deadlock(&error) && deadlocks < MOST_DEADLOCKS => {
                deadlocks += 1;
                tracing::debug!(%error, "a migration deadlocked with running nodes, and is tried again");
                thread::sleep(AFTER_DEADLOCK);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Applies the first pending migration, in a transaction of its own. One transaction for all of them would hold their
/// locks together, and deadlock with running nodes. `None` if no migration is pending.
fn apply_next(
    connection: &mut DbConnection,
    source: &EmbeddedMigrations,
) -> Result<Option<String>, MigrateError> {
    begin(connection).map_err(|error| MigrateError::Lock(one_line(&error)))?;
    let failed = |error: &dyn Display| MigrateError::Failed(one_line(error));
    let outcome = run_first_pending(connection, source).map_err(|error| failed(&error));
    match outcome {
        Ok(taken) => connection
            .commit()
            .map(|()| taken)
            .map_err(|error| failed(&error)),
        Err(error) => {
            // The first error says more, and closing the connection rolls back as well.
            connection.roll_back();
            Err(error)
        }
    }
}

/// Whether a migration deadlocked with a unit of work of a running node. The migration has then changed nothing.
fn is_deadlock(error: &MigrateError) -> bool {
    matches!(error, MigrateError::Failed(reason) if reason.contains("deadlock detected"))
}

/// Refuses an encoding other than UTF-8: texts are of any language, and a `User-Agent` may have any bytes.
pub(in crate::store) fn expect_unicode(connection: &mut DbConnection) -> Result<(), MigrateError> {
    let DbConnection::Postgres(connection) = connection else {
        return Ok(());
    };
    let encoding: String = diesel::select(sql::<Text>("current_setting('server_encoding')"))
        .get_result(connection)
        .map_err(|error| MigrateError::Failed(one_line(&error)))?;
    match encoding.as_str() {
        "UTF8" => Ok(()),
        _ => Err(MigrateError::Encoding(encoding)),
    }
}

fn begin(connection: &mut DbConnection) -> QueryResult<()> {
    match connection.backend() {
        Backend::Postgres => {
            let begin = Pooling::Transaction.begin(LOCK_TIMEOUT);
            connection.begin(&format!("{begin}; {LOCK_POSTGRES}"))
        }
        Backend::Sqlite => connection.begin("BEGIN IMMEDIATE"),
    }
}

fn run_first_pending(
    connection: &mut DbConnection,
    source: &EmbeddedMigrations,
) -> diesel::migration::Result<Option<String>> {
    let pending: Vec<Box<dyn Migration<MultiBackend>>> =
        connection.pending_migrations(Borrowed(source))?;
    let Some(first) = pending.into_iter().next() else {
        return Ok(None);
    };
    connection.run_migration(&first)?;
    Ok(Some(first.name().to_string()))
}

/// [`MigrationHarness`] takes a source by value, and [`EmbeddedMigrations`] cannot be copied.
struct Borrowed<'a>(&'a EmbeddedMigrations);

impl MigrationSource<MultiBackend> for Borrowed<'_> {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<MultiBackend>>>> {
        self.0.migrations()
    }
}
