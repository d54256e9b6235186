//! How much mail waits.

use std::time::Duration;

use super::Mailing;
use crate::ports::{StoreError, StoreExt};

/// The most messages of a kind that are counted.
const MOST_COUNTED: u32 = 100_000;

/// How much mail waits, and how much was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailBacklog {
    /// Messages that are to be sent, now or later; 100,000 are the most.
    pub waiting: u64,
    /// Dead letters; 100,000 are the most.
    pub dead: u64,
    /// For how long the message has been due that has been due longest; zero if none is due.
    pub overdue: Duration,
}

impl Mailing {
    /// How much mail waits.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn backlog(&self) -> Result<MailBacklog, StoreError> {
        let now = self.clock.now();
        self.store
            .read(move |reader| {
                let load = reader.outbox().load(now, MOST_COUNTED)?;
                Ok(MailBacklog {
                    waiting: load.waiting,
                    dead: load.dead,
                    overdue: load.oldest_due.map_or(Duration::ZERO, |due| due.until(now)),
                })
            })
            .await
    }
}
