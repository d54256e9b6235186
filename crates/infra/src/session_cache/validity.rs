//! The time until which the cache may answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::monotonic::{Moment, Stopwatch};

/// How long the cache may answer after a poll was sent. A revocation must hold on all nodes within 3 s of its commit.
const VALID_FOR: Duration = Duration::from_secs(2);

/// The time until which the cache may answer: 2 s after the last successful poll of the invalidation feed was sent.
/// All sessions revoked before that poll are no longer cached.
pub(super) struct CacheValidity {
    until_micros: AtomicU64,
    stopwatch: Stopwatch,
}

impl CacheValidity {
    /// A validity that has already ended.
    pub(super) fn new(stopwatch: Stopwatch) -> Self {
        Self {
            until_micros: AtomicU64::new(0),
            stopwatch,
        }
    }

    pub(super) fn now(&self) -> Moment {
        (self.stopwatch)()
    }

    /// Lets the cache answer until 2 s after `sent`. The caller has removed everything that was invalidated before
    /// `sent`.
    pub(super) fn extend(&self, sent: Moment) {
        let until = sent.plus(VALID_FOR).micros();
        self.until_micros.fetch_max(until, Ordering::Release);
    }

    /// Whether the cache may answer now. Call this before the lookup in memory: after it, a session that was found
    /// could have been removed meanwhile.
    pub(super) fn holds(&self) -> bool {
        self.now() < Moment::from_micros(self.until_micros.load(Ordering::Acquire))
    }
}
