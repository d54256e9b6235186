//! Whether the tables are those that this release copies.

use std::collections::BTreeSet;

use super::side::Side;
use super::tables::TABLES;
use super::{TransferError, statements};
use crate::store::engine::moved::moved_to;
use crate::store::engine::open_error::one_line;
use crate::store::engine::versions::{self, UNFINISHED_COPY, has_record};

/// Tables that each database has of its own.
const OF_THE_SCHEMA: [&str; 5] = [
    "__diesel_schema_migrations",
    "schema_compatibility",
    "unfinished_copy",
    "live_copy",
    "live_copy_changes",
];

/// All columns of all tables, such as `users.id`.
pub(super) fn catalog(side: &mut Side) -> Result<BTreeSet<String>, TransferError> {
    let lines = side.lines(statements::catalog(side.backend()))?;
    Ok(lines.into_iter().collect())
}

/// Refuses a source whose schema is older or newer than this release's, or unfinished.
pub(super) fn expect_of_this_release(side: &mut Side) -> Result<(), TransferError> {
    if applied(side)?
        .iter()
        .any(|version| version == UNFINISHED_COPY)
    {
        return Err(TransferError::SourceUnfinished(side.url.clone()));
    }
    if let Some(target) = moved_to(&mut side.connection) {
        return Err(TransferError::Moved {
            source_url: side.url.clone(),
            target,
        });
    }
    expect_migrations(side, &[])
}

/// Refuses other migrations than those of this release and `besides`.
pub(super) fn expect_migrations(side: &mut Side, besides: &[&str]) -> Result<(), TransferError> {
    let known = versions::known_to(&side.connection);
    let applied = applied(side)?;
    let url = side.url.clone();
    if !known.iter().all(|version| applied.contains(version)) {
        return Err(TransferError::Behind(url));
    }
    let is_known =
        |version: &String| known.contains(version) || besides.contains(&version.as_str());
    match applied.iter().all(is_known) {
        true => Ok(()),
        false => Err(TransferError::Ahead(url)),
    }
}

/// The migrations of a database; none where there is no record of them.
pub(super) fn applied(side: &mut Side) -> Result<Vec<String>, TransferError> {
    let found = match has_record(&mut side.connection) {
        Ok(true) => versions::applied(&mut side.connection),
        Ok(false) => Ok(Vec::new()),
        Err(error) => Err(error),
    };
    found.map_err(|error| side.failed(one_line(&error)))
}

/// Refuses tables that have other columns than those that are copied, and returns the names of further tables.
pub(super) fn expect_columns(side: &mut Side) -> Result<Vec<String>, TransferError> {
    let found = catalog(side)?;
    let copied: BTreeSet<String> = TABLES
        .iter()
        .flat_map(|table| {
            let names = table.columns.iter().map(|column| column.name);
            names.map(|name| format!("{}.{name}", table.name))
        })
        .collect();
    if let Some(missing) = copied.difference(&found).next() {
        return Err(side.failed(format!("there is no {missing}")));
    }
    let mut further = BTreeSet::new();
    for column in found.difference(&copied) {
        let table = column.split('.').next().unwrap_or_default();
        if TABLES.iter().any(|known| known.name == table) {
            return Err(side.failed(format!("this release does not know {column}")));
        }
        if !OF_THE_SCHEMA.contains(&table) {
            further.insert(table.to_owned());
        }
    }
    Ok(further.into_iter().collect())
}
