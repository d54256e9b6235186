//! A database in a Postgres cluster of its own, which counts statements.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;

use azuma_tests::postgres::{Cluster, Connections};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::literals::Dialect;
use super::people::Inserts;
use crate::Outcome;

/// The database that every cluster has. Statements in it are not counted.
const ASIDE: &str = "postgres";

/// A database. Dropping it stops its cluster.
#[derive(Debug)]
pub struct PostgresDatabase {
    cluster: Arc<Cluster>,
    url: String,
}

/// Counts of a database.
#[derive(Clone, Copy, Debug)]
pub struct Statements {
    /// Statements, including those that begin and end transactions.
    pub statements: u32,
    /// Rows inserted, updated or deleted.
    pub rows_written: u32,
}

impl PostgresDatabase {
    /// A new, empty database.
    pub fn create() -> Self {
        let cluster = Arc::new(Cluster::start());
        let preload = "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements';";
        cluster.sql(ASIDE, preload);
        cluster.stop();
        cluster.resume();
        cluster.sql(ASIDE, "CREATE EXTENSION pg_stat_statements;");
        let url = cluster.create_database();
        Self { cluster, url }
    }

    /// The URL for a node.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The URL for a node that reaches the database at another address and gives its connections a name.
    pub fn url_by(&self, address: SocketAddr, connections: &str) -> String {
        let name = self.name();
        format!("postgres://postgres@{address}/{name}?application_name={connections}")
    }

    /// The address of the cluster.
    pub fn address(&self) -> SocketAddr {
        self.cluster.address()
    }

    /// The connections with this name.
    pub fn connections(&self, name: &str) -> Connections {
        Connections::of(&self.cluster, name)
    }

    /// The counts so far, by `pg_stat_statements`.
    pub fn statements(&self) -> Outcome<Statements> {
        let counted = format!(
            "SELECT coalesce(sum(calls), 0), \
                    coalesce(sum(rows) FILTER (WHERE query ~* '^\\s*(WITH .*)?(INSERT|UPDATE|DELETE)\\y'), 0) \
             FROM pg_stat_statements JOIN pg_database ON oid = dbid WHERE datname = '{}';",
            self.name()
        );
        let printed = self.cluster.sql(ASIDE, &counted);
        let (statements, rows_written) = printed
            .trim()
            .split_once('|')
            .ok_or("the cluster does not count statements")?;
        Ok(Statements {
            statements: statements.parse()?,
            rows_written: rows_written.parse()?,
        })
    }

    fn name(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or_default()
    }
}

/// Inserts people, one transaction for each batch.
pub fn insert(url: &str, batches: impl Iterator<Item = Range<u32>>) -> Outcome<()> {
    let inserts = Inserts::new(Dialect::Postgres)?;
    let mut connection = PgConnection::establish(url)?;
    for batch in batches {
        connection.batch_execute(&format!("BEGIN; {} COMMIT;", inserts.of(&batch)))?;
    }
    Ok(connection.batch_execute("ANALYZE")?)
}
