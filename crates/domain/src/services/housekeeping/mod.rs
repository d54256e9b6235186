//! Deletes expired rows and old mail, unless the clock may be wrong.

mod clock_watch;
mod discard_old_mail;
mod sweep;

use std::sync::{Arc, Mutex};
use std::time::Duration;

pub use clock_watch::ClockDoubt;
use clock_watch::ClockWatch;
pub use discard_old_mail::DiscardedLetters;
pub use sweep::Swept;

use crate::ports::{Clock, Mailer, Store};

/// How long is kept what is no use to the server itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptFor {
    /// Dead letters, and messages that the mailer has written as files.
    pub mail: Duration,
    /// Events of the audit trail.
    pub events: Duration,
}

/// Deletes expired rows and old mail. A process has one value, because it watches the clock between calls.
pub struct Housekeeping {
    store: Arc<dyn Store>,
    mailer: Arc<dyn Mailer>,
    clock: Arc<dyn Clock>,
    clock_watch: Mutex<ClockWatch>,
    kept_for: KeptFor,
}

impl Housekeeping {
    /// Begins to watch the clock.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        mailer: Arc<dyn Mailer>,
        clock: Arc<dyn Clock>,
        kept_for: KeptFor,
    ) -> Self {
        Self {
            clock_watch: Mutex::new(ClockWatch::new(&*clock)),
            store,
            mailer,
            clock,
            kept_for,
        }
    }
}
