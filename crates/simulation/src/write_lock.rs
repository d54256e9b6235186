//! The lock that who writes holds: what SQLite does for the whole database, and Postgres for the rows that are written.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{Mutex, OwnedMutexGuard};

/// The lock of the database. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct WriteLock {
    lock: Arc<Mutex<()>>,
    commits: Arc<AtomicU32>,
}

/// The lock, held.
pub(crate) struct Held {
    _lock: OwnedMutexGuard<()>,
    commits: Arc<AtomicU32>,
}

impl WriteLock {
    /// Waits for the lock, in the order of the calls.
    pub(crate) async fn hold(&self) -> Held {
        Held {
            _lock: Arc::clone(&self.lock).lock_owned().await,
            commits: Arc::clone(&self.commits),
        }
    }

    /// How many units of work that write have ended.
    pub(crate) fn commits(&self) -> u32 {
        self.commits.load(Ordering::SeqCst)
    }
}

impl Held {
    /// Frees the lock, as the unit of work has this outcome.
    pub(crate) fn committed<T>(self, outcome: T) -> T {
        self.commits.fetch_add(1, Ordering::SeqCst);
        outcome
    }
}
