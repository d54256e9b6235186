//! Pools of connections.

use std::sync::Arc;
use std::time::Duration;

use azuma_domain::ports::StoreError;
use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use diesel::r2d2::R2D2Connection;
use r2d2::{HandleError, ManageConnection, Pool};
use scheduled_thread_pool::ScheduledThreadPool;

use super::connection::DbConnection;

use super::migrate;
use super::open_error::{OpenError, one_line};
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
    /// The longest a unit of work waits for its permit, and then for its connection.
    pub wait: Duration,
    /// How long a connection to Postgres stays with one session of the server.
    pub pooling: Pooling,
    /// The longest a unit of work takes, once it has its permit, before it is given up.
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

/// Makes pools of connections to one database, whose connections are made by the same threads.
pub(super) struct Pools {
    manager: Manager,
    threads: Arc<ScheduledThreadPool>,
    wait: Duration,
}

impl Pools {
    /// Connects once, to be clear about why it cannot be.
    pub(super) fn open(
        url: &DatabaseUrl,
        file: Option<Arc<SqliteFile>>,
        options: PoolOptions,
    ) -> Result<Self, OpenError> {
        let manager = Manager {
            url: url.clone(),
            file,
            pooling: options.pooling,
            limit: options.limit,
        };
        drop(manager.connect()?);
        let threads = ScheduledThreadPool::builder()
            .num_threads(CONNECTING)
            .thread_name_pattern("connect-{}")
            .build();
        Ok(Self {
            manager,
            threads: Arc::new(threads),
            wait: options.wait,
        })
    }

    /// A pool that connects as needed.
    pub(super) fn of(&self, connections: u32) -> Pool<Manager> {
        let pool = Pool::builder()
            .max_size(connections)
            .min_idle(Some(1))
            .connection_timeout(self.wait)
            .test_on_check_out(false)
            .error_handler(Box::new(LogError))
            .thread_pool(Arc::clone(&self.threads));
        let pool = match self.manager.url.location() {
            // Its only connection is the database, and never too old.
            Location::Memory => pool.idle_timeout(None).max_lifetime(None),
            Location::File(_) | Location::Postgres(_) => pool,
        };
        pool.build_unchecked(self.manager.clone())
    }
}

/// Makes connections for a pool; the URL decides of which kind.
#[derive(Clone)]
pub(super) struct Manager {
    url: DatabaseUrl,
    /// The file of an SQLite database.
    file: Option<Arc<SqliteFile>>,
    pooling: Pooling,
    limit: Duration,
}

impl Manager {
    /// SQLite's statements keep in memory what they need while they run, which is little here. A migration's may be large,
    /// and go to a file.
    fn set_up(&self, connection: &mut DbConnection) -> QueryResult<()> {
        match self.url.location() {
            Location::Postgres(_) => Ok(()),
            Location::Memory | Location::File(_) => {
                connection.batch_execute("PRAGMA temp_store = MEMORY")
            }
        }
    }

    fn begin(&self) -> Begin {
        match (self.url.location(), self.pooling) {
            (Location::Memory | Location::File(_), _) => Begin::Immediate,
            (Location::Postgres(_), Pooling::Session) => Begin::Plain,
            (Location::Postgres(_), Pooling::Transaction) => {
                Begin::WithLimits(self.pooling.begin(self.limit))
            }
        }
    }
}

/// How the transactions of a connection begin.
enum Begin {
    /// On a session of Postgres that is ours until the connection is closed.
    Plain,
    /// Behind a pooler of transactions: whatever holds for a statement is said at the beginning of its transaction, in
    /// these words. So a read has a transaction, too.
    WithLimits(String),
    /// SQLite's lock is taken at once: a transaction that began to read could not take it later.
    Immediate,
}

/// A connection in a pool.
pub(super) struct Pooled {
    pub(super) connection: DbConnection,
    begin: Begin,
    /// The file of an SQLite database that it is to, and the log it has open.
    file: Option<(Arc<SqliteFile>, OpenLog)>,
    /// Set where the connection is not to be used again, though it may look well.
    pub(super) discard: bool,
}

impl Pooled {
    /// Begins a transaction where a read needs one.
    pub(super) fn begin_read(&mut self) -> QueryResult<()> {
        match self.begin {
            Begin::Plain | Begin::Immediate => Ok(()),
            Begin::WithLimits(_) => self.begin_write(),
        }
    }

    /// Ends what [`begin_read`](Self::begin_read) began.
    pub(super) fn end_read(&mut self) {
        match self.begin {
            Begin::Plain | Begin::Immediate => {}
            Begin::WithLimits(_) => self.connection.roll_back(),
        }
    }

    /// Begins a transaction.
    pub(super) fn begin_write(&mut self) -> QueryResult<()> {
        let begin = match &self.begin {
            Begin::Plain => "BEGIN",
            Begin::WithLimits(begin) => begin,
            Begin::Immediate => "BEGIN IMMEDIATE",
        };
        self.connection.begin(begin)
    }

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
