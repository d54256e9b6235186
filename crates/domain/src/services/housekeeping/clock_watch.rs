//! Checks that the clock is right before expired rows are deleted. A row that was deleted because of a wrong clock does
//! not come back when the clock is corrected.

use std::time::Duration;

use crate::Timestamp;
use crate::ports::Clock;

/// How far the clock may deviate between two checks, a minute apart, before it counts as set.
const TOLERANCE: Duration = Duration::from_secs(5);
/// How long the clock must have run evenly. A machine that boots with a wrong clock corrects it much sooner.
const EVEN_FOR: Duration = Duration::from_hours(1);
/// How far the database's clock may be from ours. Nodes agree within a second.
const APART: Duration = Duration::from_mins(1);

/// Why the clock may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockDoubt {
    /// The clock was set, or jumped, since the last check.
    Set,
    /// The clock has not run evenly for an hour since the process started or the clock was set.
    Young,
    /// The database's clock and this clock are more than a minute apart.
    Apart,
}

/// Compares a clock with one that nobody can set.
pub(super) struct ClockWatch {
    now: Timestamp,
    running: Duration,
    /// The time of the clock that nobody can set.
    even_since: Duration,
}

impl ClockWatch {
    /// Starts to watch the clock.
    pub(super) fn new(clock: &dyn Clock) -> Self {
        let running = clock.running();
        Self {
            now: clock.now(),
            running,
            even_since: running,
        }
    }

    /// The time, and why it may be wrong. The next check compares with this one.
    pub(super) fn look(&mut self, clock: &dyn Clock) -> (Timestamp, Option<ClockDoubt>) {
        let running = clock.running();
        let (now, doubt) = self.glance(clock);
        (self.now, self.running) = (now, running);
        if doubt == Some(ClockDoubt::Set) {
            self.even_since = running;
        }
        (now, doubt)
    }

    /// The same, but the next check does not compare with this one, so it misses no jump.
    pub(super) fn glance(&self, clock: &dyn Clock) -> (Timestamp, Option<ClockDoubt>) {
        let (now, running) = (clock.now(), clock.running());
        let expected = self.now.plus(running.saturating_sub(self.running));
        let doubt = if distance(expected, now) > TOLERANCE {
            Some(ClockDoubt::Set)
        } else if running.saturating_sub(self.even_since) < EVEN_FOR {
            Some(ClockDoubt::Young)
        } else {
            None
        };
        (now, doubt)
    }
}

/// Compares the time with the database's clock, if it has one of its own.
pub(super) fn compare(now: Timestamp, database: Option<Timestamp>) -> Option<ClockDoubt> {
    database
        .filter(|database| distance(*database, now) > APART)
        .map(|_| ClockDoubt::Apart)
}

fn distance(one: Timestamp, other: Timestamp) -> Duration {
    one.until(other).max(other.until(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);
    const DAY: Duration = Duration::from_hours(24);

    #[test]
    fn a_database_a_minute_apart_agrees_and_one_further_apart_does_not() {
        let now = Timestamp::from_micros(1_616_942_380_063_095);
        let further = MINUTE + Duration::from_micros(1);
        assert_eq!(compare(now, None), None);
        assert_eq!(compare(now, Some(now.plus(MINUTE))), None);
        assert_eq!(compare(now.plus(MINUTE), Some(now)), None);
        for (ours, the_databases) in [
            (now, now.plus(further)),
            (now.plus(further), now),
            (now.plus(40 * DAY), now),
        ] {
            let doubt = compare(ours, Some(the_databases));
            assert_eq!(doubt, Some(ClockDoubt::Apart));
        }
    }
}
