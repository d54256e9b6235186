//! Time that passes.

use std::time::Duration;

/// A clock that nobody sets and that goes on while the process is stopped; on Linux also while the machine sleeps.
pub(super) trait Clock: Send + Sync {
    /// How long it has run. Only differences mean something.
    fn running(&self) -> Duration;
}

/// The machine's clock.
pub(super) struct SystemClock;

impl Clock for SystemClock {
    /// On Linux the time while the machine was suspended counts, because the server went on.
    #[cfg(target_os = "linux")]
    fn running(&self) -> Duration {
        use rustix::time::{ClockId, clock_gettime};

        let now = clock_gettime(ClockId::Boottime);
        let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
        let nanos = u64::try_from(now.tv_nsec).unwrap_or(0);
        Duration::from_secs(seconds) + Duration::from_nanos(nanos)
    }

    /// Elsewhere that time may not count: a machine that wakes may answer from memory as it was before, until the next poll is
    /// answered or the rest of its three seconds is over.
    #[cfg(not(target_os = "linux"))]
    fn running(&self) -> Duration {
        use std::sync::LazyLock;

        use tokio::time::Instant;

        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }
}
