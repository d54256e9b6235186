//! Running units of work on connections: how often, with what pauses, and until when.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use azuma_domain::ports::{Access, StoreError};
use tokio::time::Instant;

use super::errors::{Fault, FaultKind, OpenError, one_line};
use super::pool::{PoolOptions, Pools};
use super::sqlite_file::SqliteFile;
use super::unit_of_work::{CommitFailed, Together, Unit, run_once, run_together};
use super::url::DatabaseUrl;

/// How often a unit of work is run that others keep getting in the way of.
const MAX_RUNS: u32 = 8;
/// The longest pause before the second run; each further one may be twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(8);
/// The pause after a dead connection: short for as many as the pool can hold, which is emptied one by one; then they
/// are new ones that die, and a server in trouble is not to be stormed.
const LOST_PAUSE: Duration = Duration::from_millis(2);
const LOST_AGAIN_PAUSE: Duration = Duration::from_millis(200);

/// The connections of a store, for the threads that run its units of work. All of it blocks.
pub(super) struct Runs {
    pools: Pools,
    options: PoolOptions,
}

impl Runs {
    /// Connects once.
    pub(super) fn open(
        url: &DatabaseUrl,
        file: Option<Arc<SqliteFile>>,
        options: PoolOptions,
    ) -> Result<Self, OpenError> {
        Ok(Self {
            pools: Pools::open(url, file, options)?,
            options,
        })
    }

    pub(super) fn options(&self) -> PoolOptions {
        self.options
    }

    /// Runs a unit of work until it has an outcome, it was run often enough, or the time is up.
    pub(super) fn run_until(&self, deadline: Instant, unit: &Unit) -> Result<(), StoreError> {
        let mut runs = 0;
        let mut lost = 0;
        loop {
            let error = match self.run_on_a_connection(deadline, unit) {
                Err(StoreError::Contended(error)) => error,
                outcome => return outcome,
            };
            let kind = error
                .downcast_ref()
                .map_or(FaultKind::Contention, |fault: &Fault| fault.kind);
            let pause = match kind {
                FaultKind::ReadOnly if unit.access == Access::Read => {
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
            let too_late = Instant::now() + pause >= deadline || unit.handover.was_given_up();
            if runs >= MAX_RUNS || too_late {
                return Err(StoreError::Unavailable(error));
            }
            tracing::debug!(
                error = one_line(&error),
                ?kind,
                "running a unit of work again"
            );
            thread::sleep(pause);
        }
    }

    /// Runs units of work that write once, in one transaction, which they join for so long. Answers how many of them it
    /// came to, at least one. A fault is met again by whoever runs them again.
    pub(super) fn write_together(&self, units: &[&Unit], join_for: Duration) -> (usize, Together) {
        // To wait for the database is part of its turn; that of the others comes with the one before.
        if let Some(first) = units.first() {
            first.handover.begin();
        }
        let wait = self.options.wait.min(self.options.limit);
        match self.pools.connection(Access::Write, wait) {
            Ok(mut pooled) => {
                let (came_to, together) = run_together(&mut pooled, units, join_for);
                match pooled.expect_file() {
                    Ok(()) => (came_to, together),
                    Err(gone) => (came_to, Together::Unknown(CommitFailed::new(gone))),
                }
            }
            Err(_) => (1, Together::Nothing),
        }
    }

    fn run_on_a_connection(&self, deadline: Instant, unit: &Unit) -> Result<(), StoreError> {
        let left = deadline.saturating_duration_since(Instant::now());
        let mut pooled = self
            .pools
            .connection(unit.access, left.min(self.options.wait))
            .map_err(|error| StoreError::Unavailable(one_line(&error).into()))?;
        let outcome = run_once(&mut pooled, unit);
        if let Err(StoreError::Contended(error)) = &outcome {
            pooled.discard = error.downcast_ref().is_some_and(|fault: &Fault| {
                matches!(fault.kind, FaultKind::LostConnection | FaultKind::ReadOnly)
            });
        }
        // Where its file is gone, nobody else finds what it wrote, and what it read is old.
        pooled.expect_file().and(outcome)
    }
}

/// A random time, so that two who got in each other's way do not meet again: from none to twice as long each time.
fn pause_after(runs: u32) -> Duration {
    let longest = FIRST_PAUSE.saturating_mul(1 << runs.min(MAX_RUNS).saturating_sub(1));
    let part = getrandom::u32().map_or(1.0, |random| f64::from(random) / f64::from(u32::MAX));
    longest.mul_f64(part)
}
