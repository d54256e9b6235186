//! The store: whose turn it is, how often a unit of work is run, and for how long.

use std::sync::Arc;
use std::time::Duration;

use azuma_domain::ports::{Access, BoxFuture, Store, StoreError, Work};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout, timeout_at};

use super::errors::{Fault, FaultKind, OpenError, one_line};
use super::pool::{PoolOptions, Pools};
use super::unit_of_work::{Handover, run_once};
use super::url::{DatabaseUrl, Location};

/// How often a unit of work is run that others keep getting in the way of.
const MAX_RUNS: u32 = 8;
/// The longest pause before the second run; each further one may be twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(8);
/// The pause after a dead connection: short for as many as the pool can hold, which is emptied one by one; then they
/// are new ones that die, and a server in trouble is not to be stormed.
const LOST_PAUSE: Duration = Duration::from_millis(2);
const LOST_AGAIN_PAUSE: Duration = Duration::from_millis(200);

/// A [`Store`] on Postgres or SQLite. Clones share their connections.
///
/// Each unit of work is one task on tokio's blocking threads, and there are never more of them than connections.
/// Units of work that write to a file of SQLite, which has one writer, wait for their turn in the order they came.
#[derive(Clone)]
pub struct DieselStore {
    shared: Arc<Shared>,
}

struct Shared {
    pools: Pools,
    options: PoolOptions,
    /// One a connection for readers.
    readers: Arc<Semaphore>,
    /// One a connection for writers. The same as those for readers, where connections serve both.
    writers: Arc<Semaphore>,
}

impl DieselStore {
    /// Connects. It makes no tables: [`migrate`](super::migrate) does, and is called first. A database in memory
    /// alone comes with its tables, and is gone with the store. Blocks for some seconds at the most.
    ///
    /// # Errors
    /// [`OpenError`] where the first connection cannot be made.
    pub fn open(url: &DatabaseUrl, options: PoolOptions) -> Result<Self, OpenError> {
        let mut options = options;
        options.max_connections = match url.location() {
            Location::Memory => 1,
            Location::File(_) | Location::Postgres(_) => options.max_connections.max(1),
        };
        let pools = Pools::open(url, options)?;
        let most = usize::try_from(options.max_connections).unwrap_or(Semaphore::MAX_PERMITS);
        let readers = Arc::new(Semaphore::new(most));
        let shared = Shared {
            pools,
            options,
            writers: match url.location() {
                Location::File(_) => Arc::new(Semaphore::new(1)),
                Location::Memory | Location::Postgres(_) => Arc::clone(&readers),
            },
            readers,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }
}

impl Store for DieselStore {
    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(run_within_limit(Arc::clone(&self.shared), access, work))
    }
}

async fn run_within_limit(
    shared: Arc<Shared>,
    access: Access,
    work: Work,
) -> Result<(), StoreError> {
    let turn = timeout(shared.options.wait, shared.turn(access))
        .await
        .map_err(|_| unavailable("too many units of work are waiting"))??;
    let deadline = Instant::now() + shared.options.limit;
    let handover = Arc::new(Handover::new());
    let runner = Arc::clone(&handover);
    let task = spawn_blocking(move || {
        let outcome = shared.run_until(deadline, access, &work, &runner);
        drop(turn);
        outcome
    });
    match timeout_at(deadline, task).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(join_error)) => Err(StoreError::Failed(Box::new(join_error))),
        Err(_) if handover.give_up() => Err(unavailable("the database takes too long")),
        Err(_) => Err(unavailable(
            "the commit takes too long, and may have happened",
        )),
    }
}

impl Shared {
    /// Held while a unit of work runs.
    async fn turn(&self, access: Access) -> Result<OwnedSemaphorePermit, StoreError> {
        let turns = match access {
            Access::Read => &self.readers,
            Access::Write => &self.writers,
        };
        let turn = Arc::clone(turns).acquire_owned().await;
        turn.map_err(|closed| StoreError::Failed(Box::new(closed)))
    }

    /// Runs the work until it has an outcome, it was run often enough, or the time is up.
    fn run_until(
        &self,
        deadline: Instant,
        access: Access,
        work: &Work,
        handover: &Handover,
    ) -> Result<(), StoreError> {
        let mut runs = 0;
        let mut lost = 0;
        loop {
            let error = match self.run_on_a_connection(deadline, access, work, handover) {
                Err(StoreError::Contended(error)) => error,
                outcome => return outcome,
            };
            let kind = error
                .downcast_ref()
                .map_or(FaultKind::Contention, |fault: &Fault| fault.kind);
            let pause = match kind {
                FaultKind::ReadOnly if access == Access::Read => {
                    return Err(StoreError::Failed(error));
                }
                // Bounded by time alone: dead connections say nothing about the work.
                FaultKind::LostConnection | FaultKind::ReadOnly => {
                    lost += 1;
                    if lost <= self.options.max_connections {
                        LOST_PAUSE
                    } else {
                        LOST_AGAIN_PAUSE
                    }
                }
                FaultKind::Contention | FaultKind::Unrecognised => {
                    runs += 1;
                    pause_after(runs)
                }
            };
            if runs >= MAX_RUNS && kind == FaultKind::Unrecognised {
                return Err(StoreError::Failed(error));
            }
            let too_late = Instant::now() + pause >= deadline || handover.was_given_up();
            if runs >= MAX_RUNS || too_late {
                return Err(StoreError::Unavailable(error));
            }
            tracing::debug!(
                error = one_line(&error),
                ?kind,
                "running a unit of work again"
            );
            std::thread::sleep(pause);
        }
    }

    fn run_on_a_connection(
        &self,
        deadline: Instant,
        access: Access,
        work: &Work,
        handover: &Handover,
    ) -> Result<(), StoreError> {
        let left = deadline.saturating_duration_since(Instant::now());
        let mut pooled = self
            .pools
            .connection(access, left.min(self.options.wait))
            .map_err(|error| StoreError::Unavailable(one_line(&error).into()))?;
        let outcome = run_once(&mut pooled, access, work, handover);
        if let Err(StoreError::Contended(error)) = &outcome {
            pooled.discard = error.downcast_ref().is_some_and(|fault: &Fault| {
                matches!(fault.kind, FaultKind::LostConnection | FaultKind::ReadOnly)
            });
        }
        outcome
    }
}

fn unavailable(reason: &'static str) -> StoreError {
    StoreError::Unavailable(reason.into())
}

/// A random time, so that two who got in each other's way do not meet again: from none to twice as long each time.
fn pause_after(runs: u32) -> Duration {
    let longest = FIRST_PAUSE.saturating_mul(1 << runs.min(MAX_RUNS).saturating_sub(1));
    let part = getrandom::u32().map_or(1.0, |random| f64::from(random) / f64::from(u32::MAX));
    longest.mul_f64(part)
}
