//! The statements for rows that have changed. Their only parameter is a JSON array of keys, or of rows.

use super::statements::{elements, names, row, values};
use super::tables::Table;
use crate::store::engine::connection::Backend;

/// Reads the rows with these keys as `line`, in the order of their keys.
pub(super) fn select(table: &Table, backend: Backend) -> String {
    let (row, keys) = (row(table.columns, backend), names(table.key()));
    let (name, these) = (table.name, these(table, backend));
    format!("SELECT {row} AS line FROM {name} WHERE {these} ORDER BY {keys}")
}

/// Deletes the rows with these keys.
pub(super) fn delete(table: &Table, backend: Backend) -> String {
    let (name, these) = (table.name, these(table, backend));
    format!("DELETE FROM {name} WHERE {these}")
}

/// Sets free the unique values of the rows with these keys, which are written again: two of them may have swapped theirs. `None`
/// for a table that has none beside its key. Rows that others refer to stay.
pub(super) fn vacate(table: &Table, backend: Backend) -> Option<String> {
    let digits = match backend {
        Backend::Postgres => "id::text",
        Backend::Sqlite => "hex(id)",
    };
    match table.name {
        "sessions" => None,
        "services" => Some(format!(
            "UPDATE services SET name = ' ' || {digits} WHERE {}",
            these(table, backend)
        )),
        // No name has a space at its beginning.
        "users" => Some(format!(
            "UPDATE users SET name_key = ' ' || {digits}, email = NULL, email_key = NULL WHERE {}",
            these(table, backend)
        )),
        _ => Some(delete(table, backend)),
    }
}

/// Writes these rows, whether they are there or not.
pub(super) fn upsert(table: &Table, backend: Backend) -> String {
    let (array, rows) = elements(backend);
    let values = values(table.columns, backend, array);
    let (columns, keys) = (names(table.columns), names(table.key()));
    let others = table.columns.iter().skip(table.key().len());
    let set = others.map(|column| format!("{0} = excluded.{0}", column.name));
    let set = set.collect::<Vec<_>>().join(", ");
    let conflict = match set.as_str() {
        "" => "NOTHING".to_owned(),
        set => format!("UPDATE SET {set}"),
    };
    let name = table.name;
    // SQLite would take `ON` for a part of a join.
    format!(
        "INSERT INTO {name} ({columns}) SELECT {values} FROM {rows} WHERE true ON CONFLICT ({keys}) DO {conflict}"
    )
}

fn these(table: &Table, backend: Backend) -> String {
    let (array, keys) = elements(backend);
    let values = values(table.key(), backend, array);
    format!("({}) IN (SELECT {values} FROM {keys})", names(table.key()))
}
