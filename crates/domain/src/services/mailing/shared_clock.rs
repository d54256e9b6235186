//! The clock that all nodes share: the database's.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::Timestamp;
use crate::ports::Clock;

/// Tells the time as the database does. A node whose own clock is wrong leases, reschedules and gives up messages when all
/// others would. A database on this machine has the same clock.
pub struct SharedClock {
    own: Arc<dyn Clock>,
    /// How many microseconds this node's clock was ahead of the database's when they were last compared.
    ahead: AtomicI64,
}

impl SharedClock {
    /// The time as this clock tells it, until it is first compared with the database's.
    #[must_use]
    pub fn new(own: Arc<dyn Clock>) -> Self {
        Self {
            own,
            ahead: AtomicI64::new(0),
        }
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let own = self.own.now().micros();
        Timestamp::from_micros(own.saturating_sub(self.ahead.load(Ordering::Relaxed)))
    }

    /// Follows the database's clock; `None` if it has none of its own.
    pub(super) fn follow(&self, database: Option<Timestamp>) {
        let own = self.own.now();
        let ahead = own.micros() - database.unwrap_or(own).micros();
        self.ahead.store(ahead, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    struct At(Timestamp);

    impl Clock for At {
        fn now(&self) -> Timestamp {
            self.0
        }

        fn running(&self) -> Duration {
            Duration::ZERO
        }
    }

    #[test]
    fn it_tells_the_time_of_the_database_whichever_clock_is_ahead() {
        let own = Timestamp::from_micros(1_616_942_380_063_095);
        let day = Duration::from_hours(24);
        let clock = SharedClock::new(Arc::new(At(own)));
        assert_eq!(clock.now(), own);
        for database in [own.minus(40 * day), own.plus(40 * day), own] {
            clock.follow(Some(database));
            assert_eq!(clock.now(), database);
        }
        clock.follow(None);
        assert_eq!(clock.now(), own);
    }
}
