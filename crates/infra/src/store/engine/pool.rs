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

/// How many connections of a store may be opening at the same time.
const CONNECTING: usize = 3;

/// The size and the timeouts of a store's pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolOptions {
    /// The most open connections, and so the most concurrent units of work. A database in memory has one connection,
    /// whatever this value; an SQLite file has one more, which writes.
    pub max_connections: u32,
    /// The longest a unit of work waits for its permit, and then again for its connection.
    pub acquire_timeout: Duration,
    /// How long a connection to Postgres keeps one session of the server.
    pub pooling: Pooling,
    /// The longest a unit of work runs, measured from its permit. Then it is cancelled.
    pub timeout: Duration,
    /// When what was committed to an SQLite file survives a power cut.
    pub durability: Durability,
}

/// When what was committed to an SQLite file survives a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Once the commit is confirmed.
    OfEachCommit,
    /// Once the file is synced, which is the caller's to do: for a copy that is thrown away if that does not happen.
    OfTheFile,
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            max_connections: 10,
            acquire_timeout: Duration::from_secs(2),
            pooling: Pooling::Session,
            timeout: Duration::from_secs(5),
            durability: Durability::OfEachCommit,
        }
    }
}

/// Makes pools of connections to one database. The pools share the threads that open connections.
pub(super) struct Pools {
    manager: Manager,
    threads: Arc<ScheduledThreadPool>,
    acquire_timeout: Duration,
}

impl Pools {
    /// Opens one connection first, so that the error says why the database cannot be reached.
    pub(super) fn open(
        url: &DatabaseUrl,
        file: Option<Arc<SqliteFile>>,
        options: PoolOptions,
    ) -> Result<Self, OpenError> {
        let manager = Manager {
            url: url.clone(),
            file,
            pooling: options.pooling,
            timeout: options.timeout,
            durability: options.durability,
        };
        match url.location() {
            // It would be another database, which needs its tables as well, and it cannot be out of reach.
            Location::Memory => {}
            Location::File(_) | Location::Postgres(_) => drop(manager.connect()?),
        }
        let threads = ScheduledThreadPool::builder()
            .num_threads(CONNECTING)
            .thread_name_pattern("connect-{}")
            .build();
        Ok(Self {
            manager,
            threads: Arc::new(threads),
            acquire_timeout: options.acquire_timeout,
        })
    }

    /// A pool that opens connections as they are needed.
    pub(super) fn of(&self, connections: u32) -> Pool<Manager> {
        let pool = Pool::builder()
            .max_size(connections)
            .min_idle(Some(1))
            .connection_timeout(self.acquire_timeout)
            .test_on_check_out(false)
            .error_handler(Box::new(LogError))
            .thread_pool(Arc::clone(&self.threads));
        let pool = match self.manager.url.location() {
            // The only connection to a database in memory holds the database, so it is never replaced.
            Location::Memory => pool.idle_timeout(None).max_lifetime(None),
            Location::File(_) | Location::Postgres(_) => pool,
        };
        pool.build_unchecked(self.manager.clone())
    }
}

/// Opens connections for a pool.
#[derive(Clone)]
pub(super) struct Manager {
    url: DatabaseUrl,
    /// The file of an SQLite database.
    file: Option<Arc<SqliteFile>>,
    pooling: Pooling,
    timeout: Duration,
    durability: Durability,
}

impl Manager {
    /// Keeps SQLite's temporary data in memory, because the statements of a unit of work need little. The statements of
    /// a migration may need much, so they use a file.
    fn set_up(&self, connection: &mut DbConnection) -> QueryResult<()> {
        match self.url.location() {
            Location::Postgres(_) => Ok(()),
            Location::Memory | Location::File(_) => {
                connection.batch_execute("PRAGMA temp_store = MEMORY")?;
                match self.durability {
                    Durability::OfEachCommit => Ok(()),
                    Durability::OfTheFile => connection.batch_execute("PRAGMA synchronous = OFF"),
                }
            }
        }
    }

    fn begin(&self) -> Begin {
        match (self.url.location(), self.pooling) {
            (Location::Memory | Location::File(_), _) => Begin::Immediate,
            (Location::Postgres(_), Pooling::Session) => Begin::Plain,
            (Location::Postgres(_), Pooling::Transaction) => {
                Begin::WithLimits(self.pooling.begin(self.timeout))
            }
        }
    }
}

/// How the transactions of a connection begin.
enum Begin {
    /// On a session of Postgres that belongs to the connection until it is closed.
    Plain,
    /// Behind a pooler of transactions: this statement begins the transaction and sets the timeouts of its
    /// statements. So a read needs a transaction, too.
    WithLimits(String),
    /// SQLite: the write lock is taken at once, because a transaction that began with a read may fail to take it
    /// later.
    Immediate,
}

/// A connection in a pool.
pub(super) struct Pooled {
    pub(super) connection: DbConnection,
    begin: Begin,
    /// The SQLite file that the connection has open, and its write-ahead log.
    file: Option<(Arc<SqliteFile>, OpenLog)>,
    /// Whether the connection must be closed, although the pool may see no error.
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

    /// Whether the file that was written is still the file at the database's path.
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
        let mut connection = DbConnection::open(&self.url, self.pooling, self.timeout)?;
        if *self.url.location() == Location::Memory {
            // A database in memory belongs to this connection alone.
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

/// Logs why a connection could not be opened, at debug level, because the waiting unit of work gets the error as well.
#[derive(Debug)]
struct LogError;

impl HandleError<OpenError> for LogError {
    fn handle_error(&self, error: OpenError) {
        tracing::debug!(
            error = one_line(&error),
            "cannot open a connection to the database"
        );
    }
}
