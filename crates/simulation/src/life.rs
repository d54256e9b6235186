//! Whether a node runs.

use std::convert::Infallible;
use std::future::pending;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Notify;

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
