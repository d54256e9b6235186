//! The store: whose turn it is, and how long each is waited for.

use std::sync::Arc;

use azuma_domain::ports::{Access, BoxFuture, Store, StoreError, Work};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout, timeout_at};

use super::errors::OpenError;
use super::handover::{TOO_MANY, unavailable};
use super::pool::PoolOptions;
use super::pooler::{self, Pooling};
use super::runs::Runs;
use super::sqlite_file::SqliteFile;
use super::unit_of_work::Unit;
use super::url::{DatabaseUrl, Location};
use super::writer::Writer;

/// A [`Store`] on Postgres or SQLite. Clones share their connections.
///
/// Units of work that write to a file of SQLite, which has one writer, are for its thread. Each other one is a task on
/// tokio's blocking threads, and there are never more of them than connections.
#[derive(Clone)]
pub struct DieselStore {
    shared: Arc<Shared>,
}

struct Shared {
    url: DatabaseUrl,
    /// A file of SQLite's.
    file: Option<Arc<SqliteFile>>,
    runs: Arc<Runs>,
    /// One a connection; that of the writer, where there is one, is not counted.
    turns: Arc<Semaphore>,
    /// A file of SQLite's.
    writer: Option<Writer>,
}

impl DieselStore {
    /// Connects. It makes no tables: [`migrate`](super::migrate) does, and is called first. A database in memory
    /// alone comes with its tables, and is gone with the store. Blocks for some seconds at the most.
    ///
    /// # Errors
    /// [`OpenError`] where the first connection cannot be made, or a file's thread not be started.
    pub fn open(url: &DatabaseUrl, options: PoolOptions) -> Result<Self, OpenError> {
        if options.pooling == Pooling::Session {
            pooler::expect_sessions(url, options.limit)?;
        }
        let file = url.sqlite_path().map(SqliteFile::at).map(Arc::new);
        Self::open_file(url, file, options)
    }

    /// Connects once more to the same database, with connections of its own. A file of SQLite's that goes away is noticed
    /// by both, and logged once. Blocks as [`open`](Self::open) does.
    ///
    /// # Errors
    /// [`OpenError`] as [`open`](Self::open).
    pub fn open_another(&self, options: PoolOptions) -> Result<Self, OpenError> {
        let Shared { url, file, .. } = &*self.shared;
        Self::open_file(url, file.clone(), options)
    }

    fn open_file(
        url: &DatabaseUrl,
        file: Option<Arc<SqliteFile>>,
        options: PoolOptions,
    ) -> Result<Self, OpenError> {
        let mut options = options;
        options.max_connections = match url.location() {
            Location::Memory => 1,
            Location::File(_) | Location::Postgres(_) => options.max_connections.max(1),
        };
        let runs = Arc::new(Runs::open(url, file.clone(), options)?);
        let most = usize::try_from(options.max_connections).unwrap_or(Semaphore::MAX_PERMITS);
        let writer = match url.location() {
            Location::File(_) => Some(Writer::start(Arc::clone(&runs))?),
            Location::Memory | Location::Postgres(_) => None,
        };
        Ok(Self {
            shared: Arc::new(Shared {
                url: url.clone(),
                file,
                runs,
                turns: Arc::new(Semaphore::new(most)),
                writer,
            }),
        })
    }
}

impl Store for DieselStore {
    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        let unit = Unit::new(access, work);
        match (access, &self.shared.writer) {
            (Access::Write, Some(writer)) => Box::pin(writer.run(unit)),
            (Access::Read, _) | (Access::Write, None) => Box::pin(self.shared.run(unit)),
        }
    }
}

impl Shared {
    /// Runs it on a thread and a connection of its own.
    async fn run(&self, unit: Unit) -> Result<(), StoreError> {
        let options = self.runs.options();
        let turn = timeout(options.wait, self.turn())
            .await
            .map_err(|_| unavailable(TOO_MANY))??;
        let handover = Arc::clone(&unit.handover);
        let began = handover.begin().unwrap_or_else(Instant::now);
        let deadline = began + options.limit;
        let runs = Arc::clone(&self.runs);
        let task = spawn_blocking(move || {
            let outcome = runs.run_until(deadline, &unit);
            drop(turn);
            outcome
        });
        match timeout_at(deadline, task).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(join_error)) => Err(StoreError::Failed(Box::new(join_error))),
            Err(_) => Err(handover.took_too_long()),
        }
    }

    /// Held while a unit of work runs.
    async fn turn(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        turn.map_err(|closed| StoreError::Failed(Box::new(closed)))
    }
}
