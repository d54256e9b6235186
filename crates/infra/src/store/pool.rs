//! The pool of connections.

use std::time::Duration;

use diesel::r2d2::R2D2Connection;
use r2d2::{HandleError, ManageConnection, Pool};

use super::connection::DbConnection;
use super::errors::{OpenError, one_line};
use super::migrate;
use super::url::{DatabaseUrl, Location};

/// How many connections, and how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolOptions {
    /// The most connections at a time, and so the most units of work. A database in memory has one, whatever this says.
    pub max_connections: u32,
    /// The longest a unit of work waits for its turn and its connection.
    pub wait: Duration,
    /// The longest a unit of work takes, once it is its turn, before it is given up.
    pub limit: Duration,
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            max_connections: 10,
            wait: Duration::from_secs(2),
            limit: Duration::from_secs(5),
        }
    }
}

/// Makes connections for the pool; the URL decides of which kind.
pub(super) struct Manager {
    url: DatabaseUrl,
    limit: Duration,
}

/// A connection in the pool.
pub(super) struct Pooled {
    pub(super) connection: DbConnection,
    /// Set where the connection is not to be used again, though it may look well.
    pub(super) discard: bool,
}

impl ManageConnection for Manager {
    type Connection = Pooled;
    type Error = OpenError;

    fn connect(&self) -> Result<Pooled, OpenError> {
        let mut connection = DbConnection::open(&self.url, self.limit)?;
        if *self.url.location() == Location::Memory {
            // Nobody else could: the database is this connection's.
            migrate::apply(&mut connection)
                .map_err(|error| OpenError::refused(&self.url, &error))?;
        }
        Ok(Pooled {
            connection,
            discard: false,
        })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), OpenError> {
        pooled
            .connection
            .ping()
            .map_err(|error| OpenError::refused(&self.url, &error))
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.discard || pooled.connection.is_broken()
    }
}

/// Connects once, to be clear about why it cannot be, and makes a pool that connects further as needed.
pub(super) fn open(url: &DatabaseUrl, options: PoolOptions) -> Result<Pool<Manager>, OpenError> {
    let manager = Manager {
        url: url.clone(),
        limit: options.limit,
    };
    drop(manager.connect()?);
    let in_memory = *url.location() == Location::Memory;
    let pool = Pool::builder()
        .max_size(options.max_connections)
        .min_idle(Some(1))
        .connection_timeout(options.wait)
        .test_on_check_out(false)
        .error_handler(Box::new(LogError));
    let pool = if in_memory {
        // Its only connection is the database, and never too old.
        pool.idle_timeout(None).max_lifetime(None)
    } else {
        pool
    };
    Ok(pool.build_unchecked(manager))
}

/// Logs why a connection could not be made. Whoever waits for one is told too, so this is for the curious.
#[derive(Debug)]
struct LogError;

impl HandleError<OpenError> for LogError {
    fn handle_error(&self, error: OpenError) {
        tracing::debug!(error = one_line(&error), "no connection to the database");
    }
}
