//! Whether a node runs, and whether anything is still broken.

use std::convert::Infallible;
use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use azuma_domain::ports::StoreError;
use tokio::sync::Notify;
use tokio::time::sleep;

/// One life of a node, from its start to its crash. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Life(Arc<State>);

#[derive(Default)]
struct State {
    /// For how long the node does not run, once it has crashed.
    crashed: OnceLock<Duration>,
    /// Wakes those who wait, in the order in which they began to. (A `watch` channel would leave the order to chance.)
    crash: Notify,
}

impl Life {
    /// Crashes, unless it has. The node does not run for `down`.
    pub(crate) fn crash(&self, down: Duration) {
        if self.0.crashed.set(down).is_ok() {
            self.0.crash.notify_waiters();
        }
    }

    pub(crate) fn runs(&self) -> bool {
        self.0.crashed.get().is_none()
    }

    /// Crashes, and never lets the caller go on.
    pub(crate) async fn crash_here(&self, down: Duration) -> ! {
        self.crash(down);
        match pending::<Infallible>().await {}
    }

    /// Waits until it has crashed; answers for how long the node does not run.
    pub(crate) async fn crashed(&self) -> Duration {
        loop {
            let crash = self.0.crash.notified();
            if let Some(down) = self.0.crashed.get() {
                return *down;
            }
            crash.await;
        }
    }
}

/// Whether a node is told to stop. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Stopping(Life);

impl Stopping {
    pub(crate) fn begin(&self) {
        self.0.crash(Duration::ZERO);
    }

    pub(crate) fn has_begun(&self) -> bool {
        !self.0.runs()
    }

    /// Waits for so long, or until the node is told to stop.
    pub(crate) async fn pause(&self, span: Duration) {
        tokio::select! {
            biased;
            _ = self.0.crashed() => {}
            () = sleep(span) => {}
        }
    }
}

/// Whether nothing breaks any more. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Mended(Arc<AtomicBool>);

impl Mended {
    pub(crate) fn mend(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_true(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// What goes wrong beside the requests. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Defects(Arc<Mutex<Vec<String>>>);

impl Defects {
    /// Notes an error that no fault explains.
    pub(crate) fn note(&self, error: &StoreError) {
        match error {
            StoreError::Unavailable(_) => {}
            StoreError::Failed(_) => self.all().push(error.to_string()),
        }
    }

    pub(crate) fn all(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
