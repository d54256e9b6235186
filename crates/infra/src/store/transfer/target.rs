//! The database that is copied to, from its first table to the last mark.

use diesel::connection::SimpleConnection;

use super::side::Side;
use super::tables::{TABLES, Table};
use super::{TransferError, schema, statements};
use crate::store::engine::connection::Backend;
use crate::store::engine::migrate::{self, UNFINISHED_COPY};
use crate::store::engine::sqlite_file;
use crate::store::engine::url::DatabaseUrl;

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
    let mut target = Side::open(url)?;
    if target.backend() == Backend::Sqlite {
        target.batch("PRAGMA journal_mode = WAL")?;
    }
    let is_begun = schema::catalog(&mut target)?.contains("unfinished_copy.history");
    match is_begun {
        true => expect_same(&mut target, origin)?,
        false => {
            migrate::apply(&mut target.connection)?;
            schema::expect_of_this_release(&mut target)?;
            target.begin_alone()?;
            let begun = begin(&mut target, origin);
            target.end(begun)?;
        }
    }
    Ok(target)
}

fn expect_same(target: &mut Side, origin: &Origin) -> Result<(), TransferError> {
    let found = target.lines("SELECT history AS line FROM unfinished_copy")?;
    match found.first() {
        Some(history) if *history == origin.history => schema::expect_columns(target).map(drop),
        _ => Err(TransferError::AnotherSource {
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
         INSERT INTO __diesel_schema_migrations (version) VALUES ('{UNFINISHED_COPY}'); \
         UPDATE schema_compatibility SET oldest_migration = '{UNFINISHED_COPY}'; \
         DELETE FROM invalidation_counter"
    ))?;
    target.execute("INSERT INTO unfinished_copy VALUES ($1)", &origin.history)
}

/// Writes a page of rows, all or none.
pub(super) fn insert(
    target: &mut Side,
    table: &Table,
    rows: &[String],
) -> Result<(), TransferError> {
    let statement = statements::insert(table, target.backend());
    let rows = format!("[{}]", rows.join(","));
    target.transact(|target| target.execute(&statement, &rows))
}

/// Removes the mark: servers may start.
pub(super) fn finish(target: &mut Side, oldest_migration: &str) -> Result<(), TransferError> {
    if target.backend() == Backend::Postgres {
        let tables: Vec<_> = TABLES.iter().map(|table| table.name).collect();
        // A plan without statistics is slow, and the server makes them only later. They are no part of the copy.
        if let Err(error) = target
            .connection
            .batch_execute(&format!("ANALYZE {}", tables.join(", ")))
        {
            tracing::debug!(%error, "the copy is without statistics");
        }
    }
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
