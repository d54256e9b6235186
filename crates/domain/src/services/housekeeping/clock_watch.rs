//! Whether the clock may be believed when it says that something has expired. What is deleted does not come back when the clock
//! is set right.

use std::time::Duration;

use crate::Timestamp;
use crate::ports::Clock;

/// How far the clock may go off between two looks, a minute apart, before it counts as set.
const TOLERANCE: Duration = Duration::from_secs(5);
/// How long it must have gone evenly. A machine that starts with a wrong clock has it set right much sooner.
const EVEN_FOR: Duration = Duration::from_secs(60 * 60);
/// How far the database's clock may be from ours. Nodes agree within a second.
const APART: Duration = Duration::from_secs(60);

/// Why the clock is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockDoubt {
    /// It was set, or jumped, since the last look.
    Set,
    /// It has not gone evenly for an hour since the server began or the clock was set.
    Young,
    /// The database's clock is more than a minute from it.
    Apart,
}

/// Compares a clock with one that nobody sets.
pub(super) struct ClockWatch {
    now: Timestamp,
    running: Duration,
    /// By the clock that nobody sets.
    even_since: Duration,
}

impl ClockWatch {
    /// Begins to watch.
    pub(super) fn new(clock: &dyn Clock) -> Self {
        let running = clock.running();
        Self {
            now: clock.now(),
            running,
            even_since: running,
        }
    }

    /// Looks at the clock, and answers what time it is and why that may be wrong.
    pub(super) fn look(&mut self, clock: &dyn Clock) -> (Timestamp, Option<ClockDoubt>) {
        let running = clock.running();
        let (now, doubt) = self.glance(clock);
        (self.now, self.running) = (now, running);
        if doubt == Some(ClockDoubt::Set) {
            self.even_since = running;
        }
        (now, doubt)
    }

    /// The same, but the next look compares with the one before: who looks again and again sees every jump.
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

/// Whether the database's clock, where it has one, speaks against ours.
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

    const MINUTE: Duration = Duration::from_secs(60);
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

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
