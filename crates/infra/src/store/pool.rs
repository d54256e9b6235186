//! The pools of connections.

use std::sync::Arc;
use std::time::Duration;

use azuma_domain::ports::{Access, StoreError};
use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use diesel::r2d2::R2D2Connection;
use r2d2::{HandleError, ManageConnection, Pool, PooledConnection};
use scheduled_thread_pool::ScheduledThreadPool;

use super::connection::DbConnection;
use super::errors::{OpenError, one_line};
use super::migrate;
use super::pooler::Pooling;
use super::sqlite_file::{OpenLog, SqliteFile};
use super::url::{DatabaseUrl, Location};

/// How many connections of a store are made at a time.
const CONNECTING: usize = 3;

/// How many connections, and how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolOptions {
    /// The most connections at a time, and so the most units of work. A database in memory has one, whatever this says; a
    /// file of SQLite has one more, to write.
    pub max_connections: u32,
    /// The longest a unit of work waits for its turn and its connection.
    pub wait: Duration,
    /// How long a connection to Postgres stays with one session of the server.
    pub pooling: Pooling,
    /// The longest a unit of work takes, once it is its turn, before it is given up. What it shares a transaction with is
    /// part of it.
    pub limit: Duration,
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            max_connections: 10,
            wait: Duration::from_secs(2),
            pooling: Pooling::Session,
            limit: Duration::from_secs(5),
        }
    }
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Serves {
    /// Units of work of either kind, told at the beginning of each.
    Both,
    /// Those that read. SQLite refuses to write on it.
    Readers,
    /// Those that write.
    Writers,
}

/// The connections of a store.
///
/// A file of SQLite has some for readers and one for its one writer. One that served both would have to be told each time
/// whether it may write, and SQLite would compile every statement anew; and what one connection writes, the others
/// read from the file again.
pub(super) struct Pools {
    readers: Pool<Manager>,
    writers: Pool<Manager>,
}

impl Pools {
    /// Connects once, to be clear about why it cannot be, and makes pools that connect further as needed.
    pub(super) fn open(
        url: &DatabaseUrl,
        file: Option<Arc<SqliteFile>>,
        options: PoolOptions,
    ) -> Result<Self, OpenError> {
        let manager = |serves| Manager {
            url: url.clone(),
            file: file.clone(),
            pooling: options.pooling,
            limit: options.limit,
            serves,
        };
        drop(manager(Serves::Both).connect()?);
        let threads = Arc::new(
            ScheduledThreadPool::builder()
                .num_threads(CONNECTING)
                .thread_name_pattern("connect-{}")
                .build(),
        );
        let pool = |most: u32, idle: u32| {
            Pool::builder()
                .max_size(most)
                .min_idle(Some(idle))
                .connection_timeout(options.wait)
                .test_on_check_out(false)
                .error_handler(Box::new(LogError))
                .thread_pool(Arc::clone(&threads))
        };
        let most = options.max_connections;
        Ok(match url.location() {
            Location::Postgres(_) => {
                Self::of_one(pool(most, 1).build_unchecked(manager(Serves::Both)))
            }
            // Its only connection is the database, and never too old.
            Location::Memory => Self::of_one(
                pool(most, 1)
                    .idle_timeout(None)
                    .max_lifetime(None)
                    .build_unchecked(manager(Serves::Both)),
            ),
            Location::File(_) => Self {
                readers: pool(most, 1).build_unchecked(manager(Serves::Readers)),
                writers: pool(1, 0).build_unchecked(manager(Serves::Writers)),
            },
        })
    }

    fn of_one(pool: Pool<Manager>) -> Self {
        Self {
            readers: pool.clone(),
            writers: pool,
        }
    }

    /// A connection for a unit of work.
    pub(super) fn connection(
        &self,
        access: Access,
        wait: Duration,
    ) -> Result<PooledConnection<Manager>, r2d2::Error> {
        match access {
            Access::Read => self.readers.get_timeout(wait),
            Access::Write => self.writers.get_timeout(wait),
        }
    }
}

/// Makes connections for a pool; the URL decides of which kind.
pub(super) struct Manager {
    url: DatabaseUrl,
    /// A file of SQLite's.
    file: Option<Arc<SqliteFile>>,
    pooling: Pooling,
    limit: Duration,
    serves: Serves,
}

impl Manager {
    /// What a unit of work needs besides: SQLite's statements set aside in memory what they need while they run, which is
    /// little here. A migration's may be large, and go to a file.
    fn set_up(&self, connection: &mut DbConnection) -> QueryResult<()> {
        let pragmas = match (self.url.location(), self.serves) {
            (Location::Postgres(_), _) => return Ok(()),
            (_, Serves::Readers) => "PRAGMA temp_store = MEMORY; PRAGMA query_only = ON",
            (_, Serves::Writers | Serves::Both) => "PRAGMA temp_store = MEMORY",
        };
        connection.batch_execute(pragmas)
    }

    fn begin(&self) -> Begin {
        match (self.url.location(), self.pooling) {
            (Location::Memory | Location::File(_), _) => Begin::Sqlite,
            (Location::Postgres(_), Pooling::Session) => Begin::Postgres,
            (Location::Postgres(_), Pooling::Transaction) => {
                Begin::EachAnew(self.pooling.begin(self.limit))
            }
        }
    }
}

/// How the transactions of a connection begin, and whether those that only read have one.
pub(super) enum Begin {
    /// A connection to Postgres that is ours until it is closed: a read needs none.
    Postgres,
    /// One that is behind a pooler of transactions: whatever holds for a statement is said at the beginning of its
    /// transaction, in these words.
    EachAnew(String),
    /// SQLite's lock is taken at once: a transaction that began to read could not take it later. A read needs none.
    Sqlite,
}

/// A connection in a pool.
pub(super) struct Pooled {
    pub(super) connection: DbConnection,
    pub(super) serves: Serves,
    /// How its transactions begin.
    pub(super) begin: Begin,
    /// The file of SQLite's that it is to, and the log it has open.
    file: Option<(Arc<SqliteFile>, OpenLog)>,
    /// Set where the connection is not to be used again, though it may look well.
    pub(super) discard: bool,
}

impl Pooled {
    /// Whether what was written is in the database that others find.
    pub(super) fn expect_file(&self) -> Result<(), StoreError> {
        match &self.file {
            Some((file, log)) => file.expect_there(*log),
            None => Ok(()),
        }
    }
}

impl ManageConnection for Manager {
    type Connection = Pooled;
    type Error = OpenError;

    fn connect(&self) -> Result<Pooled, OpenError> {
        let mut connection = DbConnection::open(&self.url, self.pooling, self.limit)?;
        if *self.url.location() == Location::Memory {
            // Nobody else could: the database is this connection's.
            migrate::apply(&mut connection)
                .map_err(|error| OpenError::refused(&self.url, &error))?;
        }
        self.set_up(&mut connection)
            .map_err(|error| OpenError::refused(&self.url, &error))?;
        let file = match &self.file {
            Some(file) => Some((Arc::clone(file), file.opened()?)),
            None => None,
        };
        Ok(Pooled {
            connection,
            serves: self.serves,
            begin: self.begin(),
            file,
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

/// Logs why a connection could not be made. Whoever waits for one is told too, so this is for the curious.
#[derive(Debug)]
struct LogError;

impl HandleError<OpenError> for LogError {
    fn handle_error(&self, error: OpenError) {
        tracing::debug!(error = one_line(&error), "no connection to the database");
    }
}
