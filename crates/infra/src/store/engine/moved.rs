//! A database that `azuma copy --live` has closed, because servers work on another one.

use azuma_domain::ports::StoreError;
use diesel::{RunQueryDsl, sql_query};

use super::attempt::Stopped;
use super::connection::{Backend, DbConnection};
use super::fault::FaultKind;
use super::one_column::Line;
use super::versions::applied;

/// The version that a closed database has among its migrations. No release knows it, so none works with the database.
pub(in crate::store) const MOVED: &str = "moved";

/// The URL, without a password, of the database that servers use instead of a closed one. `None` if the database is not
/// closed, or does not answer.
pub(in crate::store) fn moved_to(connection: &mut DbConnection) -> Option<String> {
    let versions = applied(connection).ok()?;
    if !versions.iter().any(|version| version == MOVED) {
        return None;
    }
    let target = first_line(connection, TARGET);
    Some(target.unwrap_or_else(|| "another database".to_owned()))
}

/// The URL, without a password, of the database that this one is being copied to while servers use it. `None` if it is not, is closed
/// already, or does not answer.
pub(super) fn moving_to(connection: &mut DbConnection) -> Option<String> {
    if moved_to(connection).is_some() {
        return None;
    }
    let log = match connection.backend() {
        Backend::Postgres => {
            "SELECT relname::text AS line FROM pg_class WHERE relname = 'live_copy' \
             AND relnamespace = current_schema()::regnamespace"
        }
        Backend::Sqlite => "SELECT name AS line FROM sqlite_schema WHERE name = 'live_copy'",
    };
    first_line(connection, log)?;
    first_line(connection, TARGET)
}

const TARGET: &str = "SELECT target AS line FROM live_copy";

fn first_line(connection: &mut DbConnection, query: &str) -> Option<String> {
    let lines: Vec<Line> = sql_query(query).load(connection).ok()?;
    lines.into_iter().next().map(|Line { line }| line)
}

/// Tells a closed database from a defect: each statement on it fails, as its tables have other names.
pub(super) fn explain(stopped: Stopped, connection: &mut DbConnection) -> Stopped {
    let may_be_closed = match &stopped {
        Stopped::Failed(StoreError::Failed(_)) => true,
        Stopped::Failed(StoreError::Unavailable(_)) => false,
        Stopped::Retry(fault) => fault.kind == FaultKind::Unrecognised,
    };
    match may_be_closed.then(|| moved_to(connection)).flatten() {
        Some(target) => Stopped::Failed(StoreError::Unavailable(
            format!("this database was moved to {target}, and is closed").into(),
        )),
        None => stopped,
    }
}
