//! Filling an SQLite file.

use std::fs::File;
use std::ops::Range;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::literals::Dialect;
use super::people::Inserts;
use crate::Outcome;

/// A power cut may destroy the file, and every reference is valid. The server sets its own pragmas.
const IN_A_HURRY: &str = "\
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -1000000;";

/// Inserts people, all in one transaction.
pub fn insert(path: &Path, batches: impl Iterator<Item = Range<u32>>) -> Outcome<()> {
    let inserts = Inserts::new(Dialect::Sqlite)?;
    let mut connection = SqliteConnection::establish(&path.to_string_lossy())?;
    connection.batch_execute(IN_A_HURRY)?;
    connection.batch_execute("BEGIN IMMEDIATE")?;
    for batch in batches {
        connection.batch_execute(&inserts.of(&batch))?;
    }
    connection.batch_execute("COMMIT")?;
    // Otherwise the kernel writes it while something else is measured.
    Ok(File::open(path)?.sync_all()?)
}
