//! A database that `azuma copy --live` has closed, because servers work on another one.

use azuma_domain::ports::StoreError;
use diesel::{RunQueryDsl, sql_query};

use super::attempt::Stopped;
use super::connection::DbConnection;
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
    let lines: Vec<Line> = sql_query("SELECT target AS line FROM live_copy")
        .load(connection)
        .unwrap_or_default();
    let first = lines.into_iter().next().map(|Line { line }| line);
    Some(first.unwrap_or_else(|| "another database".to_owned()))
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
