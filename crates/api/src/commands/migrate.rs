//! `azuma migrate`: brings the database to this version's schema, or says what that would do.

use std::error::Error;

use serde::Serialize;

use super::failure::Reason;
use super::output::{json, shown};
use super::{Failure, print};
use crate::cli::MigrateTask;
use crate::config::Config;
use crate::wiring::{self, MigrationPlan, MigrationState, PlannedMigration, Verdict};

/// A migration for programs.
#[derive(Serialize)]
struct Listed<'a> {
    migration: &'a str,
    state: &'static str,
}

/// Migrates, or plans it.
pub fn run(config: &Config, task: MigrateTask) -> Result<(), Box<dyn Error>> {
    match task {
        MigrateTask { plan: false, .. } => migrate(config),
        MigrateTask {
            plan: true,
            json: false,
        } => plan(config, |one| Ok(row(one))),
        MigrateTask {
            plan: true,
            json: true,
        } => plan(config, |one| json(&Listed::from(one))),
    }
}

fn migrate(config: &Config) -> Result<(), Box<dyn Error>> {
    let applied = wiring::migrate_database(config)?;
    for name in &applied {
        print(&format!("applied {name}\n"))?;
    }
    if applied.is_empty() {
        print("nothing to apply\n")?;
    }
    Ok(())
}

fn plan(
    config: &Config,
    line: impl Fn(&PlannedMigration) -> Result<String, serde_json::Error>,
) -> Result<(), Box<dyn Error>> {
    let MigrationPlan {
        migrations,
        verdict,
    } = wiring::plan_migration(config)?;
    let mut text = String::new();
    for migration in &migrations {
        text.push_str(&line(migration)?);
        text.push('\n');
    }
    print(&text)?;
    match verdict {
        Verdict::Current => Ok(()),
        Verdict::Migrates => Err(Failure::new(
            Reason::Pending,
            "migrations are pending: `azuma migrate` or the next start of the server applies them",
        )
        .into()),
        Verdict::Refuses => Err(Failure::new(
            Reason::Refused,
            "a later release has migrated the database, and this release cannot work with the new schema: start the \
             later release",
        )
        .into()),
        Verdict::RefusesMoved => Err(Failure::new(
            Reason::Refused,
            "`azuma copy --live` has moved this database to another one, and has closed it: use that one",
        )
        .into()),
        Verdict::RefusesCopy => Err(Failure::new(
            Reason::Refused,
            "a copy into this database was begun and is not finished: run the same `azuma copy` again, or use another database",
        )
        .into()),
    }
}

fn row(planned: &PlannedMigration) -> String {
    format!("{}  {}", state(planned.state), shown(&planned.name))
}

impl<'a> From<&'a PlannedMigration> for Listed<'a> {
    fn from(planned: &'a PlannedMigration) -> Self {
        Self {
            migration: &planned.name,
            state: state(planned.state),
        }
    }
}

fn state(state: MigrationState) -> &'static str {
    match state {
        MigrationState::Applied => "applied",
        MigrationState::Pending => "pending",
        MigrationState::Unknown => "unknown",
    }
}
