//! The schema, and how a database comes to have it.
//!
//! Migrations are part of the binary. A migration never breaks the release before it, so nodes are replaced one by
//! one. A database may know more migrations than this binary does: it then says which of them a binary must know.

use std::fmt::Display;
use std::thread;
use std::time::Duration;

use diesel::dsl::sql;
use diesel::migration::{Migration, MigrationSource};
use diesel::sql_types::Text;
use diesel::{QueryDsl, QueryResult, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::{Backend, DbConnection, MultiBackend};
use super::open_error::{OpenError, one_line};
use super::pooler::Pooling;
use super::sqlite_file;
use super::url::DatabaseUrl;

static POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
static SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// How long to wait while another process migrates. On SQLite it is half of it.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often a migration is tried that waits for running nodes while they wait for it, and how long after each try.
const MOST_DEADLOCKS: u32 = 100;
const AFTER_DEADLOCK: Duration = Duration::from_millis(100);

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

diesel::table! {
    /// One row: which releases can work with the schema.
    schema_compatibility (id) {
        id -> SmallInt,
        /// The version of the oldest migration that a release must know.
        oldest_migration -> Text,
    }
}

/// A database could not be brought up to date. The migration that failed has changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// It cannot be opened at all.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Its texts cannot hold every character.
    #[error(
        "the database is encoded in {0}, and must be in UTF8: make it with `createdb --encoding UTF8 --template template0`"
    )]
    Encoding(String),
    /// A later release has changed it in a way that this one cannot work with.
    #[error(
        "the database was migrated by a later release ({0}), which this release cannot work with: start that release"
    )]
    Later(String),
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
/// Each of them happens whole, or not at all; where one fails, those before it stay. Of processes that call it at once, one
/// takes a migration while the others wait, a minute at the most. Nodes of the release before may run meanwhile: a
/// migration that meets them in a deadlock is tried again. A database that is up to date is only looked at, so its user need not be allowed to make tables. Called at
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

/// Whether a database is there and has this version's schema, or a later one that this version can work with. It makes and
/// changes nothing, and blocks.
///
/// # Errors
/// [`MigrateError`] when it cannot be opened, or cannot be worked with.
pub fn is_up_to_date(url: &DatabaseUrl) -> Result<bool, MigrateError> {
    if url.sqlite_path().is_some_and(|path| !path.exists()) {
        return Ok(false);
    }
    let mut connection = DbConnection::open(url, Pooling::Transaction, PATIENCE)?;
    let source = source_of(&connection);
    expect_unicode(&mut connection)?;
    expect_no_later(&mut connection, source)?;
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
    expect_unicode(connection)?;
    let source = source_of(connection);
    expect_no_later(connection, source)?;
    if is_current(connection, source) {
        return Ok(Vec::new());
    }
    let mut taken = Vec::new();
    let mut deadlocks = 0;
    loop {
        match apply_next(connection, source) {
            Ok(Some(name)) => taken.push(name),
            Ok(None) => return Ok(taken),
            Err(error) if is_deadlock(&error) && deadlocks < MOST_DEADLOCKS => {
                deadlocks += 1;
                tracing::debug!(%error, "a migration met running nodes, and is tried again");
                thread::sleep(AFTER_DEADLOCK);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Takes the first migration that is pending, in a transaction of its own: one that held the locks of all of them would wait
/// for running nodes, and they for it. `None` where none is pending.
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
            // What went wrong first says more; and closing the connection rolls back as well.
            connection.roll_back();
            Err(error)
        }
    }
}

/// Whether a migration and a unit of work of a running node waited for each other. Nothing of the migration has happened then.
fn is_deadlock(error: &MigrateError) -> bool {
    matches!(error, MigrateError::Failed(reason) if reason.contains("deadlock detected"))
}

/// Texts of every language are stored, and a `User-Agent` of any bytes.
fn expect_unicode(connection: &mut DbConnection) -> Result<(), MigrateError> {
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

/// A database of a later release is used where it says that this one can, and said to be one.
fn expect_no_later(
    connection: &mut DbConnection,
    source: &EmbeddedMigrations,
) -> Result<(), MigrateError> {
    let (Some(known), Ok(applied)) = (known(source), applied(connection)) else {
        return Ok(());
    };
    let later: Vec<String> = applied
        .into_iter()
        .filter(|version| !known.contains(version))
        .collect();
    if later.is_empty() {
        return Ok(());
    }
    let later = later.join(", ");
    let oldest: QueryResult<String> = schema_compatibility::table
        .select(schema_compatibility::oldest_migration)
        .first(connection);
    match oldest {
        Ok(oldest) if known.contains(&oldest) => {
            tracing::warn!(
                migrations = later,
                "the database was migrated by a later release, which says that this one can work with it"
            );
            Ok(())
        }
        Ok(_) | Err(_) => Err(MigrateError::Later(later)),
    }
}

/// Looks without a lock and without the right to make tables. Any trouble is a no, and comes up again later.
fn is_current(connection: &mut DbConnection, source: &EmbeddedMigrations) -> bool {
    let (Some(known), Ok(applied)) = (known(source), applied(connection)) else {
        return false;
    };
    known.iter().all(|version| applied.contains(version))
}

/// The versions of this binary's migrations.
fn known(source: &EmbeddedMigrations) -> Option<Vec<String>> {
    let known = MigrationSource::<MultiBackend>::migrations(source).ok()?;
    let versions = known.iter().map(|one| one.name().version().to_string());
    Some(versions.collect())
}

/// The versions of the migrations that a database has had. An error where it has had none.
fn applied(connection: &mut DbConnection) -> QueryResult<Vec<String>> {
    use __diesel_schema_migrations::dsl;

    dsl::__diesel_schema_migrations
        .select(dsl::version)
        .order(dsl::version)
        .load(connection)
}

fn begin(connection: &mut DbConnection) -> QueryResult<()> {
    match connection.backend() {
        Backend::Postgres => {
            let begin = Pooling::Transaction.begin(PATIENCE);
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
