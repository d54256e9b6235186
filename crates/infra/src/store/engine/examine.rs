//! What an operator asks of a database.

use std::time::{Duration, Instant};

use azuma_domain::Timestamp;
use azuma_domain::ports::{Clock, Reader, StoreError};
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryResult, RunQueryDsl, sql_query};

use super::connection::DbConnection;
use super::open_error::OpenError;
use super::url::DatabaseUrl;
use crate::clock::SystemClock;
use crate::store::sql::repositories::Repositories;

/// What a database tells of itself.
#[derive(Debug)]
pub struct Examination {
    /// Which database it is, such as `Postgres 15.8`.
    pub version: String,
    /// How long an answer takes.
    pub latency: Duration,
    /// What a server of Postgres tells; a file of SQLite has none.
    pub server: Option<ServerExamination>,
}

/// What a server of Postgres tells of itself.
#[derive(Debug)]
pub struct ServerExamination {
    /// Our clock when it was asked.
    pub our_time: Timestamp,
    /// Its clock then.
    pub its_time: Timestamp,
    /// How many connections it takes of users that are no superusers.
    pub most_connections: i64,
    /// How many it has.
    pub connections: i64,
}

#[derive(diesel::QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

#[derive(diesel::QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    version: String,
    #[diesel(sql_type = BigInt)]
    micros: i64,
    #[diesel(sql_type = BigInt)]
    most: i64,
    #[diesel(sql_type = BigInt)]
    open: i64,
}

/// Asks a database, which must exist, and changes nothing. Blocks; an answer takes `limit` at most.
///
/// # Errors
/// [`OpenError`] if it cannot be opened or does not answer.
pub fn examine(url: &DatabaseUrl, limit: Duration) -> Result<Examination, OpenError> {
    let mut connection = DbConnection::open_to_look(url, limit)?;
    ask(&mut connection).map_err(|error| OpenError::refused(url, &error))
}

/// Reads from a database, which must exist, and changes nothing. Blocks; a statement takes `limit` at most.
///
/// # Errors
/// [`OpenError`] if it cannot be opened or read.
pub fn look<T>(
    url: &DatabaseUrl,
    limit: Duration,
    read: impl FnOnce(&mut dyn Reader) -> Result<T, StoreError>,
) -> Result<T, OpenError> {
    let mut connection = DbConnection::open_to_look(url, limit)?;
    read(&mut Repositories::new(&mut connection)).map_err(|error| OpenError::refused(url, &error))
}

fn ask(connection: &mut DbConnection) -> QueryResult<Examination> {
    match connection {
        DbConnection::Sqlite(connection) => {
            let since = now();
            let told: Version = sql_query(
                "SELECT sqlite_version() AS version FROM (SELECT count(*) FROM sqlite_schema)",
            )
            .get_result(connection)?;
            Ok(Examination {
                version: format!("SQLite {}", told.version),
                latency: since.elapsed(),
                server: None,
            })
        }
        DbConnection::Postgres(connection) => {
            // The first question also has the server load its catalogue.
            sql_query("SELECT 1").execute(connection)?;
            let since = now();
            sql_query("SELECT 1").execute(connection)?;
            let latency = since.elapsed();
            let before = SystemClock.now();
            let told: Told = sql_query(
                "SELECT current_setting('server_version') AS version, \
                 (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS micros, \
                 current_setting('max_connections')::bigint \
                 - current_setting('superuser_reserved_connections')::bigint AS most, \
                 (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS open",
            )
            .get_result(connection)?;
            Ok(Examination {
                version: format!("Postgres {}", told.version),
                latency,
                server: Some(ServerExamination {
                    our_time: before.plus(latency / 2),
                    its_time: Timestamp::from_micros(told.micros),
                    most_connections: told.most,
                    connections: told.open,
                }),
            })
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a duration is measured")]
fn now() -> Instant {
    Instant::now()
}
