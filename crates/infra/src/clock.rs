//! The machine's clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use azuma_domain::Timestamp;
use azuma_domain::ports::Clock;

/// The machine's clock. A time before 1970 is returned as 1970.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the port's implementation"
        )]
        let now = SystemTime::now();
        let micros = now
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_micros());
        Timestamp::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
    }

    /// On Linux the time while the machine was suspended counts, because other nodes went on.
    #[cfg(target_os = "linux")]
    fn running(&self) -> Duration {
        use rustix::time::{ClockId, clock_gettime};

        let now = clock_gettime(ClockId::Boottime);
        let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
        let nanos = u64::try_from(now.tv_nsec).unwrap_or(0);
        Duration::from_secs(seconds) + Duration::from_nanos(nanos)
    }

    #[cfg(not(target_os = "linux"))]
    fn running(&self) -> Duration {
        use std::sync::LazyLock;

        use tokio::time::Instant;

        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_a_time_that_passes() {
        let first = SystemClock.now();
        let running = SystemClock.running();
        std::thread::sleep(Duration::from_millis(2));
        assert!(first < SystemClock.now());
        assert!(running < SystemClock.running());
        // 2020 and 2100: the unit is microseconds, not any other.
        assert!((1_577_836_800..4_102_444_800).contains(&first.unix_seconds()));
    }
}
