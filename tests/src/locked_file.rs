//! An SQLite file that another program writes to.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

use crate::fault::Fault;

/// Keeps everybody else from writing to the database.
pub fn lock(database: &Path) -> Fault {
    let path = database.to_string_lossy();
    let mut connection = SqliteConnection::establish(&path)
        .unwrap_or_else(|error| panic!("cannot open {path}: {error}"));
    connection
        .batch_execute("PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE")
        .unwrap_or_else(|error| panic!("cannot lock {path}: {error}"));
    Fault::begun(move || drop(connection))
}
