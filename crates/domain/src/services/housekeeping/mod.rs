//! Deleting what has expired, while the clock can be believed.

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

/// Deletes what has expired. One value per process: it watches the clock between calls.
pub struct Housekeeping {
    store: Arc<dyn Store>,
    mailer: Arc<dyn Mailer>,
    clock: Arc<dyn Clock>,
    clock_watch: Mutex<ClockWatch>,
    mail_kept_for: Duration,
}

impl Housekeeping {
    /// Begins to watch the clock. `mail_kept_for` is how long dead letters are kept, and messages by mailers that keep
    /// them.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        mailer: Arc<dyn Mailer>,
        clock: Arc<dyn Clock>,
        mail_kept_for: Duration,
    ) -> Self {
        Self {
            clock_watch: Mutex::new(ClockWatch::new(&*clock)),
            store,
            mailer,
            clock,
            mail_kept_for,
        }
    }
}
