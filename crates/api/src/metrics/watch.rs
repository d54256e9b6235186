//! What is measured from time to time while metrics are served.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use azuma_domain::services::{MailBacklog, Mailing};
use tokio::time::{MissedTickBehavior, interval};

use crate::wiring::{DurationCounts, Durations, Readings};

/// How often mail is measured.
const MEASURE_EVERY: Duration = Duration::from_secs(10);
/// How often revocations are measured. It is no multiple of the time between two polls (250 ms), so that probes begin at all
/// times between them.
const PROBE_EVERY: Duration = Duration::from_millis(9_870);

/// The bounds of revocation lags. The promise is three seconds.
const BOUNDS: [Duration; 9] = [
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_millis(1_500),
    Duration::from_secs(2),
    Duration::from_secs(3),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

/// The last measurements.
pub struct Watch {
    mailing: Arc<Mailing>,
    backlog: Mutex<Option<MailBacklog>>,
    lags: Durations,
}

impl Watch {
    pub fn new(mailing: Arc<Mailing>) -> Self {
        Self {
            mailing,
            backlog: Mutex::default(),
            lags: Durations::new(&BOUNDS),
        }
    }

    /// Measures how much mail waits. Never returns.
    pub async fn watch_mail(&self) {
        let mut ticks = interval(MEASURE_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let backlog = self.mailing.backlog().await;
            // What cannot be read is not told; the worker that sends mail logs why.
            *self.lock() = backlog.ok();
        }
    }

    /// Measures how long an ended session goes on. Never returns.
    pub async fn watch_revocations(&self, readings: Readings) {
        let mut ticks = interval(PROBE_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Ok(Some(lag)) = readings.time_revocation().await {
                self.lags.record(lag);
            }
        }
    }

    /// How much mail waited; `None` if that cannot be read.
    pub fn mail_backlog(&self) -> Option<MailBacklog> {
        *self.lock()
    }

    pub fn lags(&self) -> DurationCounts {
        self.lags.read()
    }

    fn lock(&self) -> MutexGuard<'_, Option<MailBacklog>> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
