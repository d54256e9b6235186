use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::sample;
use azuma_domain::Timestamp;
use azuma_domain::ports::Clock;

/// A clock that stands still until it is told otherwise. Clones show the same time.
#[derive(Clone, Debug)]
pub struct FakeClock {
    micros: Arc<AtomicI64>,
    /// Microseconds that have passed. Setting the clock does not change them.
    running: Arc<AtomicU64>,
}

impl FakeClock {
    /// A clock that stands at `time`.
    #[must_use]
    pub fn at(time: Timestamp) -> Self {
        Self {
            micros: Arc::new(AtomicI64::new(time.micros())),
            running: Arc::default(),
        }
    }

    /// Sets the clock to `time`, which may be in the past. No time passes.
    pub fn set(&self, time: Timestamp) {
        self.micros.store(time.micros(), Ordering::SeqCst);
    }

    /// Lets `span` pass and answers the new time.
    pub fn advance(&self, span: Duration) -> Timestamp {
        let passed = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        self.running.fetch_add(passed, Ordering::SeqCst);
        let later = |micros| Timestamp::from_micros(micros).plus(span).micros();
        let before = self
            .micros
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |micros| {
                Some(later(micros))
            });
        Timestamp::from_micros(later(before.unwrap_or_else(|micros| micros)))
    }
}

/// A clock that stands at [`sample::now`].
impl Default for FakeClock {
    fn default() -> Self {
        Self::at(sample::now())
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.micros.load(Ordering::SeqCst))
    }

    fn running(&self) -> Duration {
        Duration::from_micros(self.running.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_show_the_same_time() {
        let clock = FakeClock::default();
        let seen_by_a_service = clock.clone();
        let later = clock.advance(Duration::from_mins(5));
        assert_eq!(seen_by_a_service.now(), later);
        assert_eq!(sample::now().until(later), Duration::from_mins(5));
        clock.set(sample::now());
        assert_eq!(seen_by_a_service.now(), sample::now());
    }
}
