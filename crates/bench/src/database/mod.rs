//! Databases with people and live sessions in them, written straight into the tables.

mod literals;
mod people;
mod postgres;
mod sqlite;

use std::ops::Range;
use std::path::Path;
use std::process::Command;

pub use people::{Person, Token, tokens};
pub use postgres::{PostgresDatabase, Statements};

use crate::Outcome;
use crate::bench::Bench;
use crate::processes::migrate;

/// How the URL of an SQLite database begins.
const SQLITE: &str = "sqlite://";
/// How many people one statement inserts.
const BATCH: u32 = 1_000;

/// A migrated database.
#[derive(Debug)]
pub enum Database {
    /// The URL of an SQLite file.
    Sqlite(String),
    /// A database of its own cluster.
    Postgres(PostgresDatabase),
}

impl Database {
    /// A new SQLite database.
    pub fn sqlite(bench: &Bench) -> Outcome<Self> {
        let path = bench.directory("database").join("azuma.db");
        let url = format!("{SQLITE}{}", path.display());
        migrate(bench, &url)?;
        Ok(Self::Sqlite(url))
    }

    /// A new database in Postgres.
    pub fn postgres(bench: &Bench) -> Outcome<Self> {
        let database = PostgresDatabase::create();
        migrate(bench, database.url())?;
        Ok(Self::Postgres(database))
    }

    /// The URL for a node.
    pub fn url(&self) -> &str {
        match self {
            Self::Sqlite(url) => url,
            Self::Postgres(database) => database.url(),
        }
    }

    /// Inserts people with a live session each, last used an hour ago. No node may run on the database yet.
    ///
    /// Another process does this: one that has had so much memory takes long to start processes.
    pub fn insert(&self, people: Range<u32>) -> Outcome<()> {
        let status = Command::new(std::env::current_exe()?)
            .args(["insert", self.url()])
            .args([people.start.to_string(), people.end.to_string()])
            .status()?;
        match status.success() {
            true => Ok(()),
            false => Err("people could not be inserted".into()),
        }
    }
}

/// Inserts people into the database at a URL.
pub fn insert(url: &str, people: &Range<u32>) -> Outcome<()> {
    let batches = people.clone().step_by(BATCH as usize);
    let batches = batches.map(|first| first..people.end.min(first + BATCH));
    match url.strip_prefix(SQLITE) {
        Some(path) => sqlite::insert(Path::new(path), batches),
        None => postgres::insert(url, batches),
    }
}
