//! A limit for all clients together within any hour.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use azuma_domain::ports::RateLimited;
use governor::clock::{Clock, Reference};

const HOUR: Duration = Duration::from_hours(1);

/// A limit for the mails within any hour.
pub(super) struct HourlyLimit<C: Clock> {
    /// The most mails; 0 stands for no limit.
    most: usize,
    counted: Mutex<Counted<C::Instant>>,
    clock: C,
}

/// The times of the mails of the last hour, the oldest first, and when the limit was last logged.
struct Counted<Instant> {
    times: VecDeque<Instant>,
    logged_at: Option<Instant>,
}

impl<C: Clock> HourlyLimit<C> {
    pub(super) fn new(most: u32, clock: C) -> Self {
        Self {
            most: most as usize,
            counted: Mutex::new(Counted {
                times: VecDeque::new(),
                logged_at: None,
            }),
            clock,
        }
    }

    /// Checks that the limit allows one more mail, and does not count it.
    pub(super) fn has_room(&self) -> Result<(), RateLimited> {
        self.room(&mut self.counted(), self.clock.now())
    }

    /// Counts one more mail.
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
                if counted.logged_at.is_none_or(|time| age(time) >= HOUR) {
                    counted.logged_at = Some(now);
                    tracing::warn!(
                        limit = self.most,
                        "the hourly limit of mails is reached: requests for a mail are refused until the oldest \
                         counted mail is an hour old"
                    );
                }
                Err(RateLimited { retry_after })
            }
            _ => Ok(()),
        }
    }

    /// No panic can leave the counts inconsistent.
    fn counted(&self) -> MutexGuard<'_, Counted<C::Instant>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
