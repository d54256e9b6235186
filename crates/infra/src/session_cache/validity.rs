//! Whether memory may answer at all.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::monotonic::{Moment, Stopwatch};

/// How long memory may answer after a poll was sent. The promise is 3 s after a commit.
const VALID_FOR: Duration = Duration::from_secs(2);

/// Until when memory may answer: for 2 s after the last answered poll of the invalidation feed was sent. What was revoked
/// before that poll was sent is no longer cached.
pub(super) struct CacheValidity {
    until_micros: AtomicU64,
    stopwatch: Stopwatch,
}

impl CacheValidity {
    /// Memory may answer nothing yet.
    pub(super) fn new(stopwatch: Stopwatch) -> Self {
        Self {
            until_micros: AtomicU64::new(0),
            stopwatch,
        }
    }

    pub(super) fn now(&self) -> Moment {
        (self.stopwatch)()
    }

    /// Everything invalidated before `sent` is no longer cached.
    pub(super) fn extend(&self, sent: Moment) {
        let until = sent.plus(VALID_FOR).micros();
        self.until_micros.fetch_max(until, Ordering::Release);
    }

    /// To be asked before memory is looked at: when what was found is removed a moment later, it may have been too old already.
    pub(super) fn holds(&self) -> bool {
        self.now() < Moment::from_micros(self.until_micros.load(Ordering::Acquire))
    }
}
