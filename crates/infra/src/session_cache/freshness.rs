//! Whether memory may answer at all.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::monotonic::Moment;

/// How old what is answered may be. A revocation holds after it, however the database or the network fares; the
/// promise is 3 s.
pub(super) const MOST_AGE: Duration = Duration::from_secs(2);

/// Until when memory may answer: for 2 s after the last answered poll was sent. What was revoked before that moment
/// is forgotten.
#[derive(Default)]
pub(super) struct Freshness {
    until_micros: AtomicU64,
}

impl Freshness {
    /// Everything invalidated before the poll that was sent at `sent` is forgotten now.
    pub(super) fn confirm(&self, sent: Moment) {
        let until = sent.plus(MOST_AGE).micros();
        self.until_micros.fetch_max(until, Ordering::Release);
    }

    /// Asked before memory is looked at: what the poll of this very moment removes may have been old already.
    pub(super) fn holds(&self, now: Moment) -> bool {
        now < Moment::from_micros(self.until_micros.load(Ordering::Acquire))
    }
}
