//! Databases in a throwaway Postgres cluster that counts statements.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::OnceLock;

use azuma_tests::postgres::Cluster;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;

use super::literals::Dialect;
use super::people::Inserts;
use crate::Outcome;

/// A database in the cluster.
#[derive(Debug)]
pub struct PostgresDatabase {
    url: String,
    address: SocketAddr,
    name: String,
}

/// What a database was asked.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Statements {
    /// Statements, those that begin and end transactions included.
    #[diesel(sql_type = BigInt)]
    pub statements: i64,
    /// Rows inserted, updated or deleted.
    #[diesel(sql_type = BigInt)]
    pub rows_written: i64,
}

impl PostgresDatabase {
    /// A new, empty database.
    pub fn create() -> Outcome<Self> {
        let url = cluster().cluster.create_database();
        let place = url.strip_prefix("postgres://postgres@");
        let place = place.and_then(|place| place.split_once('/'));
        let (address, name) = place.ok_or("the cluster's URLs have changed")?;
        Ok(Self {
            address: address.parse()?,
            name: name.to_owned(),
            url,
        })
    }

    /// What a node is told of it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What a node is told of it that is to reach it by another address, and to give its connections a name.
    pub fn url_by(&self, address: SocketAddr, connections: &str) -> String {
        let name = &self.name;
        format!("postgres://postgres@{address}/{name}?application_name={connections}")
    }

    /// Where the cluster listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it was asked since the cluster started, as `pg_stat_statements` counts.
    pub fn statements(&self) -> Outcome<Statements> {
        let counted = format!(
            "SELECT coalesce(sum(calls), 0)::bigint AS statements, \
                    coalesce(sum(rows) FILTER (WHERE query ~* '^\\s*(WITH .*)?(INSERT|UPDATE|DELETE)\\y'), 0)::bigint AS rows_written \
             FROM pg_stat_statements JOIN pg_database ON oid = dbid WHERE datname = '{}'",
            self.name
        );
        Ok(sql_query(counted).get_result(&mut cluster_connection()?)?)
    }
}

/// Inserts people, a transaction a batch.
pub fn insert(url: &str, batches: impl Iterator<Item = Range<u32>>) -> Outcome<()> {
    let inserts = Inserts::new(Dialect::Postgres)?;
    let mut connection = PgConnection::establish(url)?;
    for batch in batches {
        connection.batch_execute(&format!("BEGIN; {} COMMIT;", inserts.of(&batch)))?;
    }
    Ok(connection.batch_execute("ANALYZE")?)
}

/// A connection that is counted in no measured database.
pub fn cluster_connection() -> Outcome<PgConnection> {
    Ok(PgConnection::establish(&cluster().own_url)?)
}

/// The cluster, and the database in it that counts for the others.
struct Counting {
    cluster: &'static Cluster,
    own_url: String,
}

/// Started once, on the core of the load.
fn cluster() -> &'static Counting {
    static COUNTING: OnceLock<Counting> = OnceLock::new();
    COUNTING.get_or_init(|| {
        let cluster = Cluster::shared();
        let own_url = cluster.create_database();
        let preload = "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements';";
        cluster.sql(name(&own_url), preload);
        cluster.stop();
        cluster.resume();
        cluster.sql(name(&own_url), "CREATE EXTENSION pg_stat_statements;");
        Counting { cluster, own_url }
    })
}

fn name(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or_default()
}
