//! Monotonic time.

use std::time::Duration;

/// A point of monotonic time, as the duration since an arbitrary start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(Duration);

impl Moment {
    pub(crate) const fn from_micros(micros: u64) -> Self {
        Self(Duration::from_micros(micros))
    }

    pub(crate) fn micros(self) -> u64 {
        u64::try_from(self.0.as_micros()).unwrap_or(u64::MAX)
    }

    /// The duration since the arbitrary start.
    pub(crate) fn since_start(self) -> Duration {
        self.0
    }

    pub(crate) fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span))
    }
}

/// A function that returns the current point of monotonic time.
pub(crate) type Stopwatch = Box<dyn Fn() -> Moment + Send + Sync>;

/// The machine's monotonic clock.
pub(crate) fn stopwatch() -> Stopwatch {
    Box::new(Moment::now)
}

impl Moment {
    /// Reads the clock. On Linux it counts the time while the machine is suspended, because other nodes go on.
    #[cfg(target_os = "linux")]
    pub(crate) fn now() -> Self {
        use rustix::time::{ClockId, clock_gettime};

        let now = clock_gettime(ClockId::Boottime);
        let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
        let nanos = u64::try_from(now.tv_nsec).unwrap_or(0);
        Self(Duration::from_secs(seconds) + Duration::from_nanos(nanos))
    }

    /// Reads the clock.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn now() -> Self {
        use std::sync::LazyLock;

        use tokio::time::Instant;

        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        Self(START.elapsed())
    }
}
