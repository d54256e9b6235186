//! The statements that read and write rows. A row is a JSON array of its values in the order of the columns: bytes are in
//! hexadecimal digits, times in microseconds since 1970. A page is written as one parameter: a JSON array of rows.

use super::tables::{Column, Kind, Table};
use crate::store::engine::connection::Backend;

/// The most rows that are read and written at once.
pub(super) const PAGE: usize = 2_000;

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beginning {
    /// At the first row.
    First,
    /// After the row with the key that is the only parameter: a JSON array.
    AfterKey,
}

/// Reads a page of rows as `line`, in the order of their keys.
pub(super) fn page(table: &Table, backend: Backend, beginning: Beginning) -> String {
    let keys = names(table.key());
    let after = match beginning {
        Beginning::First => String::new(),
        Beginning::AfterKey => {
            let array = match backend {
                Backend::Postgres => "$1::jsonb",
                Backend::Sqlite => "$1",
            };
            let values = values(table.key(), backend, array);
            format!(" WHERE ({keys}) > ({values})")
        }
    };
    let row = row(table.columns, backend);
    let table = table.name;
    format!("SELECT {row} AS line FROM {table}{after} ORDER BY {keys} LIMIT {PAGE}")
}

/// Reads the last key as `line`.
pub(super) fn last_key(table: &Table, backend: Backend) -> String {
    let names = table
        .key()
        .iter()
        .map(|column| format!("{} DESC", column.name));
    let order = names.collect::<Vec<_>>().join(", ");
    let (row, table) = (row(table.key(), backend), table.name);
    format!("SELECT {row} AS line FROM {table} ORDER BY {order} LIMIT 1")
}

/// The elements of the array that is the only parameter: the name of one, and what they are selected from.
pub(super) fn elements(backend: Backend) -> (&'static str, &'static str) {
    match backend {
        Backend::Postgres => ("r", "jsonb_array_elements($1::jsonb) AS rows (r)"),
        Backend::Sqlite => ("value", "json_each($1)"),
    }
}

/// Inserts the rows of the only parameter.
pub(super) fn insert(table: &Table, backend: Backend) -> String {
    let (array, rows) = elements(backend);
    let values = values(table.columns, backend, array);
    let (names, table) = (names(table.columns), table.name);
    format!("INSERT INTO {table} ({names}) SELECT {values} FROM {rows}")
}

/// The names of all columns of all tables of the database, such as `users.id`, as `line`.
pub(super) fn catalog(backend: Backend) -> &'static str {
    match backend {
        Backend::Postgres => {
            "SELECT c.relname || '.' || a.attname AS line FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
             WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace \
             AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1"
        }
        Backend::Sqlite => {
            "SELECT m.name || '.' || p.name AS line FROM sqlite_schema m, pragma_table_info(m.name) p \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1"
        }
    }
}

/// Where the history of invalidations ends, as `line`: the number and the mark of the last one.
pub(super) fn history_end(backend: Backend) -> &'static str {
    match backend {
        Backend::Postgres => {
            "SELECT c.number || ':' || coalesce(replace(i.mark::text, '-', ''), '') AS line \
             FROM invalidation_counter c LEFT JOIN invalidations i ON i.number = c.number"
        }
        Backend::Sqlite => {
            "SELECT c.number || ':' || coalesce(lower(hex(i.mark)), '') AS line \
             FROM invalidation_counter c LEFT JOIN invalidations i ON i.number = c.number"
        }
    }
}

pub(super) fn names(columns: &[Column]) -> String {
    let names = columns.iter().map(|column| column.name);
    names.collect::<Vec<_>>().join(", ")
}

/// The row as JSON text.
pub(super) fn row(columns: &[Column], backend: Backend) -> String {
    row_of("", columns, backend)
}

/// The row that a prefix such as `NEW.` names, as JSON text.
pub(super) fn row_of(prefix: &str, columns: &[Column], backend: Backend) -> String {
    let values = columns.iter().map(|column| json(prefix, column, backend));
    let values = values.collect::<Vec<_>>().join(", ");
    match backend {
        Backend::Postgres => format!("json_build_array({values})::text"),
        Backend::Sqlite => format!("json_array({values})"),
    }
}

fn json(prefix: &str, column: &Column, backend: Backend) -> String {
    let name = format!("{prefix}{}", column.name);
    match (backend, column.kind) {
        (Backend::Postgres, Kind::Id) => format!("replace({name}::text, '-', '')"),
        (Backend::Postgres, Kind::Bytes) => format!("encode({name}, 'hex')"),
        // `numeric`, so exact. What is no time, such as `infinity`, is an error.
        (Backend::Postgres, Kind::Time) => {
            format!("(extract(epoch FROM {name}) * 1000000)::bigint")
        }
        (Backend::Sqlite, Kind::Id | Kind::Bytes) => {
            format!("iif({name} IS NULL, NULL, lower(hex({name})))")
        }
        (Backend::Sqlite, Kind::Time) => name,
        (Backend::Postgres | Backend::Sqlite, Kind::Integer | Kind::Text) => name,
    }
}

/// The values of the columns, taken from a JSON array in their order.
pub(super) fn values(columns: &[Column], backend: Backend, array: &str) -> String {
    let values = (0..).zip(columns).map(|(at, column)| {
        let at = match backend {
            Backend::Postgres => format!("({array} ->> {at})"),
            Backend::Sqlite => format!("({array} ->> '$[{at}]')"),
        };
        value(column.kind, backend, &at)
    });
    values.collect::<Vec<_>>().join(", ")
}

fn value(kind: Kind, backend: Backend, at: &str) -> String {
    match (backend, kind) {
        (Backend::Postgres, Kind::Id) => format!("{at}::uuid"),
        (Backend::Postgres, Kind::Bytes) => format!("decode({at}, 'hex')"),
        // An interval times a number goes through a `double`. In hours and the rest both products are exact until 9999.
        (Backend::Postgres, Kind::Time) => format!(
            "(timestamp 'epoch' + {at}::bigint / 3600000000 * interval '1 hour' \
             + {at}::bigint % 3600000000 * interval '1 microsecond') AT TIME ZONE 'UTC'"
        ),
        (Backend::Postgres, Kind::Integer) => format!("{at}::bigint"),
        (Backend::Sqlite, Kind::Id | Kind::Bytes) => format!("unhex({at})"),
        (Backend::Sqlite, Kind::Time | Kind::Integer) => at.to_owned(),
        (Backend::Postgres | Backend::Sqlite, Kind::Text) => at.to_owned(),
    }
}
