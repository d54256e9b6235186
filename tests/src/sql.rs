//! Statements past a server, in the database that it uses.

use diesel::connection::SimpleConnection;

use crate::postgres::Cluster;
use crate::server::Server;
use crate::sqlite::SqliteFile;

/// Runs a script in the database of a server, which may run: the one for the database it has, which is SQLite's file or
/// in the shared cluster. While the server writes, the script waits.
pub fn run(server: &Server, sqlite: &str, postgres: &str) {
    match server.setup().get("database.url") {
        Some(url) => {
            let name = url.rsplit('/').next().unwrap_or_default();
            Cluster::shared().sql(name, postgres);
        }
        None => {
            let file = server.data().join("azuma.db");
            SqliteFile::at(&file)
                .connect()
                .batch_execute(sqlite)
                .unwrap_or_else(|error| panic!("in {}: {error}", file.display()));
        }
    }
}
