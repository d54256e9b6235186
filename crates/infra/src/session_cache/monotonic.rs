//! Time that only passes.

use std::time::Duration;

/// A moment on a clock that nobody sets, as the time since some moment of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(Duration);

impl Moment {
    pub(super) const fn from_micros(micros: u64) -> Self {
        Self(Duration::from_micros(micros))
    }

    pub(super) fn micros(self) -> u64 {
        u64::try_from(self.0.as_micros()).unwrap_or(u64::MAX)
    }

    pub(super) fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span))
    }

    /// How long ago this was at `now`.
    pub(super) fn until(self, now: Self) -> Duration {
        now.0.saturating_sub(self.0)
    }
}

/// Tells what moment it is.
pub(super) type Stopwatch = Box<dyn Fn() -> Moment + Send + Sync>;

/// The machine's. On Linux it goes on while the machine is suspended, as what others do goes on.
#[cfg(target_os = "linux")]
pub(super) fn stopwatch() -> Stopwatch {
    use rustix::time::{ClockId, clock_gettime};

    Box::new(|| {
        let now = clock_gettime(ClockId::Boottime);
        let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
        let nanos = u64::try_from(now.tv_nsec).unwrap_or(0);
        Moment(Duration::from_secs(seconds) + Duration::from_nanos(nanos))
    })
}

/// The machine's.
#[cfg(not(target_os = "linux"))]
pub(super) fn stopwatch() -> Stopwatch {
    let start = tokio::time::Instant::now();
    Box::new(move || Moment(start.elapsed()))
}
