//! The database, its migrations and its clock.

use std::time::Duration;

use super::PATIENCE;
use super::finding::{Finding, Subject};
use crate::config::Config;
use crate::wiring::{self, MigrationState, ServerExamination, Verdict};

/// A slower answer is told of: every request waits for some.
const SLOW: Duration = Duration::from_millis(20);
/// Nodes and their database may differ by this.
const ASTRAY: Duration = Duration::from_secs(2);
/// Beside `database.max_connections`, a node follows the others.
const FOLLOWING: i64 = 2;

/// Asks the database for its version, its connections and its clock.
pub fn look(config: &Config) -> Vec<Finding> {
    let url = &config.database.url;
    if url.sqlite_path().is_some_and(|path| !path.exists()) {
        return vec![Finding::warning(
            Subject::Database,
            format!("{url} does not exist"),
            "the first start of the server or `azuma migrate` makes it",
        )];
    }
    let examination = match wiring::examine(config, PATIENCE) {
        Ok(examination) => examination,
        Err(error) => {
            return vec![Finding::error(
                Subject::Database,
                error.to_string(),
                "look at `database.url`, whether the database runs, and at its rights",
            )];
        }
    };
    let answers = format!(
        "{} answers in {:?}",
        examination.version, examination.latency
    );
    let mut findings = vec![match examination.latency > SLOW {
        false => Finding::ok(Subject::Database, answers),
        true => Finding::warning(
            Subject::Database,
            answers,
            "bring the database nearer to the server",
        ),
    }];
    findings.extend(wiring::live_copy_target(config, PATIENCE).map(live_copy));
    match &examination.server {
        Some(server) => findings.extend([connections(config, server), clock(server)]),
        None => findings.push(Finding::ok(
            Subject::Clock,
            "SQLite goes by this machine's clock",
        )),
    }
    findings
}

/// It may be at work, or forgotten.
fn live_copy(target: String) -> Finding {
    Finding::warning(
        Subject::Database,
        format!(
            "a live copy to {target} was begun, and each change is logged for it until it ends"
        ),
        "if it is not running, run the same `azuma copy --live` again, or give it up by `azuma copy --abandon`",
    )
}

fn connections(config: &Config, server: &ServerExamination) -> Finding {
    let ours = i64::from(config.database.max_connections) + FOLLOWING;
    let (most, open) = (server.most_connections, server.connections);
    let found = format!("this node needs up to {ours}; the server takes {most} and has {open}");
    match ours > most {
        false => Finding::ok(Subject::Connections, found),
        true => Finding::error(
            Subject::Connections,
            found,
            "lower `database.max_connections`, or raise Postgres's own `max_connections`",
        ),
    }
}

fn clock(server: &ServerExamination) -> Finding {
    let (ours, its) = (server.our_time, server.its_time);
    let apart = ours.until(its).max(its.until(ours));
    let found = format!("this machine and the database differ by {apart:?}");
    match apart > ASTRAY {
        false => Finding::ok(Subject::Clock, found),
        true => Finding::error(
            Subject::Clock,
            format!("{found}: here it is {ours}, there {its}"),
            "set both by NTP; sessions expire by the clock of the node",
        ),
    }
}

/// Compares the migrations of the database with those of this release.
pub fn look_at_migrations(config: &Config) -> Vec<Finding> {
    let plan = match wiring::plan_migration(config) {
        Ok(plan) => plan,
        Err(error) => {
            return vec![Finding::error(
                Subject::Migrations,
                error.to_string(),
                "look at `database.migrate_url` or `database.url`",
            )];
        }
    };
    let count = |state| {
        plan.migrations
            .iter()
            .filter(|one| one.state == state)
            .count()
    };
    let found = format!(
        "applied: {}; pending: {}; of a later release: {}",
        count(MigrationState::Applied),
        count(MigrationState::Pending),
        count(MigrationState::Unknown),
    );
    vec![match plan.verdict {
        Verdict::Current => Finding::ok(Subject::Migrations, found),
        Verdict::Migrates => Finding::warning(
            Subject::Migrations,
            found,
            "`azuma migrate` or the next start of the server applies them",
        ),
        Verdict::Refuses => Finding::error(
            Subject::Migrations,
            found,
            "start the later release: this one cannot work with the schema",
        ),
        Verdict::RefusesMoved => Finding::error(
            Subject::Migrations,
            "the database was moved to another one, and is closed",
            "use the one that `azuma copy --live` has moved it to",
        ),
        Verdict::RefusesCopy => Finding::error(
            Subject::Migrations,
            "a copy into this database was begun and is not finished",
            "run the same `azuma copy` again, or use another database",
        ),
    }]
}
