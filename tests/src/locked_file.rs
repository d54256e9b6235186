//! An SQLite file that another program writes to.

use std::path::Path;

use diesel::connection::SimpleConnection;

use crate::fault::Fault;
use crate::sqlite::SqliteFile;

/// Keeps everybody else from writing to the database.
pub fn lock(database: &Path) -> Fault {
    let mut connection = SqliteFile::at(database).connect();
    connection
        .batch_execute("BEGIN IMMEDIATE")
        .unwrap_or_else(|error| panic!("cannot lock {}: {error}", database.display()));
    Fault::begun(move || drop(connection))
}
