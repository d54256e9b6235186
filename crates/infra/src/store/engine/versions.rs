//! Which migrations a database has, which this release knows, and whether the two fit.

use azuma_domain::ports::Schema;
use diesel::migration::{Migration, MigrationSource};
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryDsl, QueryResult, RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use super::connection::{DbConnection, MultiBackend};
use super::migrate_error::MigrateError;
use super::moved::{MOVED, moved_to};

static POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
pub(super) static SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// The version that a database has among its migrations while a copy into it is unfinished. No release knows it, so none
/// works with the database.
pub(in crate::store) const UNFINISHED_COPY: &str = "copy";

diesel::table! {
    /// Diesel's record of the applied migrations.
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

diesel::table! {
    /// One row, which says which releases can work with the schema.
    schema_compatibility (id) {
        id -> SmallInt,
        /// The version of the oldest migration that a release must know.
        oldest_migration -> Text,
    }
}

pub(super) fn source_of(connection: &DbConnection) -> &'static EmbeddedMigrations {
    match connection {
        DbConnection::Postgres(_) => &POSTGRES,
        DbConnection::Sqlite(_) => &SQLITE,
    }
}

/// The versions of this binary's migrations for the database of a connection.
pub(in crate::store) fn known_to(connection: &DbConnection) -> Vec<String> {
    known(source_of(connection)).unwrap_or_default()
}

/// The versions of this binary's migrations.
fn known(source: &EmbeddedMigrations) -> Option<Vec<String>> {
    let known = MigrationSource::<MultiBackend>::migrations(source).ok()?;
    let versions = known.iter().map(|one| one.name().version().to_string());
    Some(versions.collect())
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Whether the database has diesel's record of migrations.
pub(in crate::store) fn has_record(connection: &mut DbConnection) -> QueryResult<bool> {
    const TABLE: &str = "__diesel_schema_migrations";
    let found: Count = match connection {
        DbConnection::Postgres(connection) => {
            sql_query("SELECT count(*) AS count FROM pg_class WHERE oid = to_regclass($1)")
                .bind::<Text, _>(TABLE)
                .get_result(connection)?
        }
        DbConnection::Sqlite(connection) => {
            sql_query("SELECT count(*) AS count FROM sqlite_schema WHERE name = ?")
                .bind::<Text, _>(TABLE)
                .get_result(connection)?
        }
    };
    Ok(found.count > 0)
}

/// The versions of the applied migrations. An error if the database has no record of them.
pub(in crate::store) fn applied(connection: &mut DbConnection) -> QueryResult<Vec<String>> {
    use __diesel_schema_migrations::dsl;

    dsl::__diesel_schema_migrations
        .select(dsl::version)
        .order(dsl::version)
        .load(connection)
}

/// The version of the oldest migration that a release must know to work with the schema.
pub(super) fn oldest_migration(connection: &mut DbConnection) -> QueryResult<String> {
    schema_compatibility::table
        .select(schema_compatibility::oldest_migration)
        .first(connection)
}

/// Whether all migrations of this binary are applied. Takes no lock and needs no right to create tables. Returns
/// `false` on any error; the migration then gets the same error.
pub(super) fn is_current(connection: &mut DbConnection, source: &EmbeddedMigrations) -> bool {
    let (Some(known), Ok(applied)) = (known(source), applied(connection)) else {
        return false;
    };
    known.iter().all(|version| applied.contains(version))
}

/// How the schema compares with the one of this release. Takes no lock.
pub(in crate::store) fn schema(connection: &mut DbConnection) -> QueryResult<Schema> {
    if !has_record(connection)? {
        return Ok(Schema::Behind);
    }
    let known = known(source_of(connection)).unwrap_or_default();
    let applied = applied(connection)?;
    if applied.iter().any(|version| version == MOVED) {
        return Ok(Schema::Moved);
    }
    if !known.iter().all(|version| applied.contains(version)) {
        return Ok(Schema::Behind);
    }
    if applied.iter().all(|version| known.contains(version)) {
        return Ok(Schema::Current);
    }
    Ok(match known.contains(&oldest_migration(connection)?) {
        true => Schema::Current,
        false => Schema::Ahead,
    })
}

/// Refuses the database of a later release that this release cannot work with.
pub(super) fn expect_known(connection: &mut DbConnection) -> Result<(), MigrateError> {
    let source = source_of(connection);
    expect_no_later(connection, source)
}

/// Accepts a database of a later release if its schema says that this release can work with it, and logs that.
pub(super) fn expect_no_later(
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
    expect_finished(&later)?;
    if let Some(target) = moved_to(connection) {
        return Err(MigrateError::Moved(target));
    }
    let later = later.join(", ");
    match oldest_migration(connection) {
        Ok(oldest) if known.contains(&oldest) => {
            tracing::warn!(
                migrations = later,
                "a later release has migrated the database; its schema is marked as compatible with this release"
            );
            Ok(())
        }
        Ok(_) | Err(_) => Err(MigrateError::Later(later)),
    }
}

/// Refuses the migrations of an unfinished copy.
pub(super) fn expect_finished(applied: &[String]) -> Result<(), MigrateError> {
    match applied.iter().any(|version| version == UNFINISHED_COPY) {
        true => Err(MigrateError::UnfinishedCopy),
        false => Ok(()),
    }
}
