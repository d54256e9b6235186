//! The time until which the cache may answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use azuma_domain::ports::Clock;

/// How long the cache may answer after a poll was sent. A revocation must hold on all nodes within 3 s of its commit.
const VALID_FOR: Duration = Duration::from_secs(2);

/// The time until which the cache may answer: 2 s after the last successful poll of the invalidation feed was sent.
/// All sessions revoked before that poll are no longer cached. Times are those of [`Clock::running`].
pub(super) struct CacheValidity {
    until_micros: AtomicU64,
    clock: Arc<dyn Clock>,
}

impl CacheValidity {
    /// A validity that has already ended.
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            until_micros: AtomicU64::new(0),
            clock,
        }
    }

    /// The time at which a poll is sent.
    pub(super) fn now(&self) -> Duration {
        self.clock.running()
    }

    /// Lets the cache answer until 2 s after `sent`. The caller has removed everything that was invalidated before
    /// `sent`.
    pub(super) fn extend(&self, sent: Duration) {
        let until = sent.saturating_add(VALID_FOR).as_micros();
        let until = u64::try_from(until).unwrap_or(u64::MAX);
        self.until_micros.fetch_max(until, Ordering::Release);
    }

    /// Whether the cache may answer now. Call this before the lookup in memory: after it, a session that was found
    /// could have been removed meanwhile.
    pub(super) fn holds(&self) -> bool {
        self.now() < Duration::from_micros(self.until_micros.load(Ordering::Acquire))
    }
}
