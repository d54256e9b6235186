//! `azuma copy`: from SQLite to Postgres and back.

mod interrupted;
mod live;
mod moved;
mod refusals;
mod rows;

use std::thread;
use std::time::Duration;

use azuma_tests::Database;
use azuma_tests::postgres::{Cluster, database_of};
use azuma_tests::server::{Finished, Server, Setup};
use azuma_tests::sqlite::SqliteFile;

/// The key that the servers of both databases have.
const KEY: &str = "Y29weSBjb3B5IGNvcHkgY29weSBjb3B5IGNvcHkgY28=";
/// The database of a server on SQLite, from its working directory.
const FILE: &str = "sqlite://data/azuma.db";

/// A server on SQLite with a key that can be carried over.
fn server() -> Server {
    Database::Sqlite.server().set("secret_key", KEY).start()
}

fn file_of(setup: &Setup) -> SqliteFile {
    SqliteFile::at(setup.home().join("data/azuma.db"))
}

fn copy(setup: &Setup, from: &str, to: &str) -> Finished {
    setup.run(&["copy", "--from", from, "--to", to])
}

/// What a query answers in a database of the shared cluster.
fn ask(url: &str, query: &str) -> String {
    let answer = Cluster::shared().sql(database_of(url), query);
    answer.trim().to_owned()
}

/// Waits until a command that runs has made this table.
fn wait_for_table(url: &str, table: &str) {
    while ask(url, &format!("SELECT to_regclass('{table}') IS NOT NULL")) != "t" {
        thread::sleep(Duration::from_millis(5));
    }
}

/// Adds users to an SQLite database that no server uses.
fn add_users(file: &SqliteFile, count: usize) {
    file.ask(&format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
         INSERT INTO users (id, name, name_key, password_hash, created_at) \
         SELECT randomblob(16), 'u' || i, 'u' || i, 'x', 1700000000000000 + i FROM n"
    ));
}
