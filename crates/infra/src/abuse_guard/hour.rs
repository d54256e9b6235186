//! A limit for all clients together, within an hour.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use azuma_domain::ports::RateLimited;
use governor::clock::{Clock, Reference};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// At most `most` messages within any hour.
pub(super) struct HourlyLimit<C: Clock> {
    /// 0 for no limit.
    most: usize,
    counted: Mutex<Counted<C::Instant>>,
    clock: C,
}

struct Counted<Instant> {
    /// When each message of the last hour was counted, the oldest first.
    times: VecDeque<Instant>,
    /// When the log was last told that the limit is reached.
    logged: Option<Instant>,
}

impl<C: Clock> HourlyLimit<C> {
    pub(super) fn new(most: u32, clock: C) -> Self {
        Self {
            most: most as usize,
            counted: Mutex::new(Counted {
                times: VecDeque::new(),
                logged: None,
            }),
            clock,
        }
    }

    /// Fails if there is no room for one more message. Counts nothing.
    pub(super) fn has_room(&self) -> Result<(), RateLimited> {
        self.room(&mut self.counted(), self.clock.now())
    }

    /// Counts one more message.
    pub(super) fn admit(&self) -> Result<(), RateLimited> {
        let now = self.clock.now();
        let mut counted = self.counted();
        self.room(&mut counted, now)?;
        if self.most > 0 {
            counted.times.push_back(now);
        }
        Ok(())
    }

    fn room(&self, counted: &mut Counted<C::Instant>, now: C::Instant) -> Result<(), RateLimited> {
        let age = |time: C::Instant| Duration::from(now.duration_since(time));
        while counted.times.front().is_some_and(|time| age(*time) >= HOUR) {
            counted.times.pop_front();
        }
        match counted.times.front() {
            Some(oldest) if counted.times.len() >= self.most => {
                let retry_after = HOUR.saturating_sub(age(*oldest));
                if counted.logged.is_none_or(|time| age(time) >= HOUR) {
                    counted.logged = Some(now);
                    tracing::warn!(
                        limit = self.most,
                        "the hourly limit of mails is reached: requests that send mail are refused until the oldest message is an hour old"
                    );
                }
                Err(RateLimited { retry_after })
            }
            _ => Ok(()),
        }
    }

    fn counted(&self) -> MutexGuard<'_, Counted<C::Instant>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
