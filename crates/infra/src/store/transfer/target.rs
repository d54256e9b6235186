//! The database that is copied to, from its first table to the last mark.

use diesel::connection::SimpleConnection;

use super::side::Side;
use super::tables::{self, TABLES};
use super::{TransferError, schema};
use crate::store::engine::connection::Backend;
use crate::store::engine::migrate;
use crate::store::engine::sqlite_file;
use crate::store::engine::url::DatabaseUrl;
use crate::store::engine::versions::UNFINISHED_COPY;

/// Where a copy comes from.
pub(super) struct Origin {
    /// The URL of the source, without a password.
    pub(super) url: String,
    /// Where its history ended.
    pub(super) history: String,
}

/// Opens the target. It is new, and is migrated and marked as unfinished, or it is an unfinished copy of the same source.
pub(super) fn open(url: &DatabaseUrl, origin: &Origin) -> Result<Side, TransferError> {
    if let Some(path) = url.sqlite_path() {
        sqlite_file::make(path)?;
    }
    let mut target = Side::open(url).map_err(TransferError::of_target)?;
    if target.backend() == Backend::Sqlite {
        target.batch("PRAGMA journal_mode = WAL")?;
    }
    let is_begun = schema::catalog(&mut target)?.contains("unfinished_copy.history");
    match is_begun {
        true => expect_same(&mut target, origin)?,
        false => {
            prepare(&mut target)?;
            target.begin_alone()?;
            let begun = begin(&mut target, origin);
            target.end(begun)?;
        }
    }
    Ok(target)
}

/// Opens the unfinished copy of this source. `None` if it is finished, or is something else.
pub(super) fn open_begun(
    url: &DatabaseUrl,
    origin: &Origin,
) -> Result<Option<Side>, TransferError> {
    let mut target = Side::open(url).map_err(TransferError::of_target)?;
    if !schema::catalog(&mut target)?.contains("unfinished_copy.history") {
        return Ok(None);
    }
    expect_same(&mut target, origin)?;
    Ok(Some(target))
}

/// Brings the target to this release's schema. A new database is marked before it has tables, so that no server takes it for an
/// empty one if this is killed. One that has a schema already may be in use, and is marked when it was found empty.
fn prepare(target: &mut Side) -> Result<(), TransferError> {
    let applied = schema::applied(target)?;
    if applied.is_empty() {
        let is_there = schema::catalog(target)?.iter().any(|column| {
            let table = column.split('.').next().unwrap_or_default();
            TABLES.iter().any(|known| known.name == table)
        });
        if is_there {
            return Err(TransferError::NotEmpty(target.url.clone()));
        }
        migrate::expect_unicode(&mut target.connection)?;
        target.transact(|target| {
            migrate::make_record(&mut target.connection)?;
            target.batch(&format!(
                "INSERT INTO __diesel_schema_migrations (version) VALUES ('{UNFINISHED_COPY}')"
            ))
        })?;
    }
    match applied.is_empty() || applied.iter().any(|version| version == UNFINISHED_COPY) {
        true => migrate::apply_pending(&mut target.connection).map(drop)?,
        false => migrate::apply(&mut target.connection).map(drop)?,
    }
    schema::expect_migrations(target, &[UNFINISHED_COPY])
}

fn expect_same(target: &mut Side, origin: &Origin) -> Result<(), TransferError> {
    let found = target.lines("SELECT history AS line FROM unfinished_copy")?;
    match found.contains(&origin.history) {
        true => schema::expect_columns(target).map(drop),
        false => Err(TransferError::AnotherSource {
            source_url: origin.url.clone(),
            target: target.url.clone(),
        }),
    }
}

/// Marks an empty database: no release works with it until the mark is gone.
fn begin(target: &mut Side, origin: &Origin) -> Result<(), TransferError> {
    for table in &TABLES {
        let query = match table.name {
            "invalidation_counter" => "SELECT number FROM invalidation_counter".to_owned(),
            name => format!("SELECT count(*) AS number FROM (SELECT 1 FROM {name} LIMIT 1) AS one"),
        };
        if target.number(&query)? != 0 {
            return Err(TransferError::NotEmpty(target.url.clone()));
        }
    }
    target.batch(&format!(
        "CREATE TABLE unfinished_copy (history text NOT NULL); \
         INSERT INTO __diesel_schema_migrations (version) VALUES ('{UNFINISHED_COPY}') ON CONFLICT (version) DO NOTHING; \
         UPDATE schema_compatibility SET oldest_migration = '{UNFINISHED_COPY}'; \
         DELETE FROM invalidation_counter"
    ))?;
    mark(target, origin)
}

/// Has the target say, beside what it says already, that it comes from there.
pub(super) fn mark(target: &mut Side, origin: &Origin) -> Result<(), TransferError> {
    target.execute("INSERT INTO unfinished_copy VALUES ($1)", &origin.history)
}

/// Makes the statistics of the planner, without which a plan is slow; the server makes them only later. They are no part of the copy.
pub(super) fn analyze(target: &mut Side) {
    if target.backend() == Backend::Sqlite {
        return;
    }
    let analyze = format!("ANALYZE {}", tables::names());
    if let Err(error) = target.connection.batch_execute(&analyze) {
        tracing::debug!(%error, "the copy is without statistics");
    }
}

/// Removes the mark: servers may start.
pub(super) fn finish(target: &mut Side, oldest_migration: &str) -> Result<(), TransferError> {
    target.transact(|target| {
        target.execute(
            "UPDATE schema_compatibility SET oldest_migration = $1",
            oldest_migration,
        )?;
        target.batch(&format!(
            "DROP TABLE unfinished_copy; \
             DELETE FROM __diesel_schema_migrations WHERE version = '{UNFINISHED_COPY}'"
        ))
    })
}
