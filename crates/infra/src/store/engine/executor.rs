//! Runs units of work.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use azuma_domain::ports::{StoreError, Work};
use r2d2::Pool;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout, timeout_at};
use tracing::Span;

use super::attempt::{Stopped, attempt};
use super::cancel::{CancelFlag, Cancelled};
use super::moved::explain;
use super::open_error::{OpenError, one_line};
use super::pool::{self, Manager, PoolOptions};
use super::retries::Retries;
use super::sqlite_file::SqliteFile;
use super::url::{DatabaseUrl, Location};

/// Runs units of work. A unit waits for a permit, gets a blocking thread and a connection, and is run until it has an
/// outcome or its timeout has passed.
pub(in crate::store) struct Executor {
    read: Arc<Lane>,
    /// On Postgres the same lane as `read`. An SQLite file has one writer at a time, so it has a lane of its own.
    write: Arc<Lane>,
}

/// How much a store is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreLoad {
    /// How many connections units of work use.
    pub used: u32,
    /// How many connections are open and not in use.
    pub idle: u32,
    /// How often a unit of work was run again, since the start.
    pub retries: u64,
}

impl Executor {
    /// How much it is used.
    pub(in crate::store) fn load(&self) -> StoreLoad {
        let read = self.read.load();
        if Arc::ptr_eq(&self.read, &self.write) {
            return read;
        }
        let write = self.write.load();
        StoreLoad {
            used: read.used + write.used,
            idle: read.idle + write.idle,
            retries: read.retries + write.retries,
        }
    }

    /// Opens one connection first, so that the error says why the database cannot be reached.
    pub(in crate::store) fn open(
        url: &DatabaseUrl,
        file: Option<Arc<SqliteFile>>,
        options: PoolOptions,
    ) -> Result<Self, OpenError> {
        let connections = match url.location() {
            Location::Memory => 1,
            Location::File(_) | Location::Postgres(_) => options.max_connections.max(1),
        };
        let pools = pool::Pools::open(url, file, options)?;
        let read = Arc::new(Lane::new(pools.of(connections), connections, options));
        let write = match url.location() {
            Location::File(_) => Arc::new(Lane::new(pools.of(1), 1, options)),
            Location::Memory | Location::Postgres(_) => Arc::clone(&read),
        };
        Ok(Self { read, write })
    }

    /// Runs a unit of work. If the task is dropped, work that has not begun never begins; work that has begun runs to
    /// its end.
    pub(in crate::store) async fn run(&self, work: Work) -> Result<(), StoreError> {
        let lane = match work {
            Work::Read(_) => &self.read,
            Work::Write(_) => &self.write,
        };
        let permit = lane.permit().await?;
        let deadline = Instant::now() + lane.options.timeout;
        let cancel = Arc::new(CancelFlag::default());
        let task = spawn_blocking({
            let (lane, cancel) = (Arc::clone(lane), Arc::clone(&cancel));
            let span = Span::current();
            move || {
                let outcome = span.in_scope(|| lane.run_until(deadline, &work, &cancel));
                drop(permit);
                outcome
            }
        });
        match timeout_at(deadline, task).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(join_error)) => Err(StoreError::Failed(Box::new(join_error))),
            Err(_) => Err(match cancel.cancel() {
                Cancelled::Yes => unavailable(format!(
                    "the database did not finish within {:?}; nothing was changed",
                    lane.options.timeout
                )),
                Cancelled::TooLate => unavailable(format!(
                    "the database did not confirm the commit within {:?}; the commit may have succeeded",
                    lane.options.timeout
                )),
            }),
        }
    }
}

fn unavailable(reason: String) -> StoreError {
    StoreError::Unavailable(reason.into())
}

/// Connections, and a permit for each.
struct Lane {
    permits: Arc<Semaphore>,
    pool: Pool<Manager>,
    connections: u32,
    options: PoolOptions,
    /// How often a unit of work was run again.
    retries: AtomicU64,
}

impl Lane {
    fn new(pool: Pool<Manager>, connections: u32, options: PoolOptions) -> Self {
        let most = usize::try_from(connections).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            permits: Arc::new(Semaphore::new(most)),
            pool,
            connections,
            options,
            retries: AtomicU64::new(0),
        }
    }

    fn load(&self) -> StoreLoad {
        let pool = self.pool.state();
        StoreLoad {
            used: pool.connections.saturating_sub(pool.idle_connections),
            idle: pool.idle_connections,
            retries: self.retries.load(Ordering::Relaxed),
        }
    }

    /// A permit to use a connection, held while a unit of work runs. Permits are given in the order of the calls.
    async fn permit(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        timeout(
            self.options.acquire_timeout,
            Arc::clone(&self.permits).acquire_owned(),
        )
        .await
        .map_err(|_| {
            let waited = self.options.acquire_timeout;
            unavailable(format!(
                "no database connection became free within {waited:?}"
            ))
        })?
        .map_err(|closed| StoreError::Failed(Box::new(closed)))
    }

    /// Runs a unit of work until it has an outcome, no retry is left, or the timeout has passed. Blocks.
    fn run_until(
        &self,
        deadline: Instant,
        work: &Work,
        cancel: &CancelFlag,
    ) -> Result<(), StoreError> {
        let mut retries = Retries::new(self.connections);
        loop {
            let fault = match self.run_on_a_connection(deadline, work, cancel) {
                Ok(()) => return Ok(()),
                Err(Stopped::Failed(error)) => return Err(error),
                Err(Stopped::Retry(fault)) => fault,
            };
            let Some(pause) = retries.pause_after(fault.kind) else {
                return Err(fault.into_error());
            };
            if Instant::now() + pause >= deadline || cancel.is_cancelled() {
                return Err(fault.into_unavailable());
            }
            self.retries.fetch_add(1, Ordering::Relaxed);
            tracing::debug!(?fault, "running a unit of work again");
            thread::sleep(pause);
        }
    }

    fn run_on_a_connection(
        &self,
        deadline: Instant,
        work: &Work,
        cancel: &CancelFlag,
    ) -> Result<(), Stopped> {
        let left = deadline.saturating_duration_since(Instant::now());
        let mut pooled = self
            .pool
            .get_timeout(left.min(self.options.acquire_timeout))
            .map_err(|error| StoreError::Unavailable(one_line(&error).into()))?;
        let outcome = attempt(&mut pooled, work, cancel)
            .map_err(|stopped| explain(stopped, &mut pooled.connection));
        if let Err(Stopped::Retry(fault)) = &outcome {
            pooled.discard = fault.is_of_the_connection();
        }
        // If the file was removed, the work has read old rows, and no other process can see what it wrote.
        pooled.expect_file()?;
        outcome
    }
}
