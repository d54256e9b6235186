//! What a migration would do.

use std::collections::BTreeSet;

use diesel::migration::{Migration, MigrationSource};
use diesel_migrations::EmbeddedMigrations;

use super::connection::{DbConnection, MultiBackend};
use super::migrate::{LOCK_TIMEOUT, expect_unicode};
use super::migrate_error::MigrateError;
use super::moved::MOVED;
use super::open_error::one_line;
use super::url::DatabaseUrl;
use super::versions::{SQLITE, UNFINISHED_COPY, applied, has_record, oldest_migration, source_of};

/// The migrations of a database and of this release, oldest first.
#[derive(Debug)]
pub struct MigrationPlan {
    /// Each of them.
    pub migrations: Vec<PlannedMigration>,
    /// What a start of this release would do.
    pub verdict: Verdict,
}

/// A migration, and where it stands.
#[derive(Debug)]
pub struct PlannedMigration {
    /// Its name; of a later release's migration only the version is known.
    pub name: String,
    /// Where it stands.
    pub state: MigrationState,
}

/// Where a migration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationState {
    /// The database has it.
    Applied,
    /// The database lacks it, and this release will apply it.
    Pending,
    /// The database has it, and this release does not know it: a later one has applied it.
    Unknown,
}

/// What a start of this release would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Use the schema as it is.
    Current,
    /// Apply the pending migrations.
    Migrates,
    /// Refuse the schema, which a later release has changed.
    Refuses,
    /// Refuse the database: a copy into it is not finished.
    RefusesCopy,
    /// Refuse the database: `azuma copy --live` has closed it.
    RefusesMoved,
}

/// Compares a database with this release. Changes nothing, and takes no lock. An SQLite file that does not exist has no
/// migration. Blocks.
///
/// # Errors
/// [`MigrateError`] if the database cannot be opened or read.
pub fn plan_migration(url: &DatabaseUrl) -> Result<MigrationPlan, MigrateError> {
    if url.sqlite_path().is_some_and(|path| !path.exists()) {
        return plan(&SQLITE, &[], None);
    }
    let mut connection = DbConnection::open_to_look(url, LOCK_TIMEOUT)?;
    let failed = |error: diesel::result::Error| MigrateError::Unreadable(one_line(&error));
    expect_unicode(&mut connection)?;
    let applied = match has_record(&mut connection).map_err(failed)? {
        true => applied(&mut connection).map_err(failed)?,
        false => Vec::new(),
    };
    let oldest = oldest_migration(&mut connection).ok();
    plan(source_of(&connection), &applied, oldest.as_deref())
}

fn plan(
    source: &EmbeddedMigrations,
    applied: &[String],
    oldest: Option<&str>,
) -> Result<MigrationPlan, MigrateError> {
    let known = MigrationSource::<MultiBackend>::migrations(source)
        .map_err(|error| MigrateError::Unreadable(one_line(&error)))?;
    let versions: BTreeSet<String> = known
        .iter()
        .map(|one| one.name().version().to_string())
        .collect();
    let of_this = known.iter().map(|one| PlannedMigration {
        name: one.name().to_string(),
        state: match applied.contains(&one.name().version().to_string()) {
            true => MigrationState::Applied,
            false => MigrationState::Pending,
        },
    });
    let later = applied.iter().filter(|version| {
        !versions.contains(*version) && ![UNFINISHED_COPY, MOVED].contains(&version.as_str())
    });
    let of_later = later.map(|version| PlannedMigration {
        name: version.clone(),
        state: MigrationState::Unknown,
    });
    let mut migrations: Vec<_> = of_this.chain(of_later).collect();
    migrations.sort_by(|a, b| a.name.cmp(&b.name));
    let any = |state| migrations.iter().any(|one| one.state == state);
    let fits = oldest.is_some_and(|oldest| versions.contains(oldest));
    let has = |mark: &str| applied.iter().any(|version| version == mark);
    let verdict = match (any(MigrationState::Unknown), any(MigrationState::Pending)) {
        (_, _) if has(UNFINISHED_COPY) => Verdict::RefusesCopy,
        (_, _) if has(MOVED) => Verdict::RefusesMoved,
        (true, _) if !fits => Verdict::Refuses,
        (_, true) => Verdict::Migrates,
        (_, false) => Verdict::Current,
    };
    Ok(MigrationPlan {
        migrations,
        verdict,
    })
}
