//! Deletes old mail. A worker calls these use cases in a loop.

use std::io;
use std::sync::PoisonError;

use super::Housekeeping;
use super::clock_watch::compare;
use crate::Timestamp;
use crate::ports::{StoreError, StoreExt};
use crate::services::Backlog;

/// The most dead letters deleted in one transaction, so that no transaction holds its locks for long.
const BATCH: u32 = 500;

/// The result of discarding dead letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiscardedLetters {
    /// How many dead letters were deleted: at most 500.
    pub count: usize,
    /// Whether there may be more to delete.
    pub backlog: Backlog,
}

impl Housekeeping {
    /// Deletes dead letters that were kept long enough, at most 500. Deletes none while the clock may be wrong.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails; nothing is deleted then.
    pub async fn discard_dead_letters(&self) -> Result<DiscardedLetters, StoreError> {
        let count = match self.believed_time() {
            Some(now) => self.delete_dead_letters(now).await?,
            None => 0,
        };
        let backlog = match count < BATCH as usize {
            true => Backlog::Empty,
            false => Backlog::Left,
        };
        Ok(DiscardedLetters { count, backlog })
    }

    async fn delete_dead_letters(&self, now: Timestamp) -> Result<usize, StoreError> {
        let until = now.minus(self.kept_for.mail);
        self.store
            .transact::<_, StoreError>(move |tx| match compare(now, tx.reader().clock()?) {
                Some(_) => Ok(0),
                None => Ok(tx.outbox().delete_dead(until, BATCH)?),
            })
            .await
    }

    /// Deletes messages that the mailer has kept long enough, and returns their number. Deletes none while the clock
    /// may be wrong.
    ///
    /// # Errors
    /// [`io::Error`] if a file cannot be deleted; others may be deleted by then.
    pub async fn discard_mail_files(&self) -> io::Result<usize> {
        match self.believed_time() {
            Some(now) => {
                let until = now.minus(self.kept_for.mail);
                self.mailer.discard(until).await
            }
            None => Ok(0),
        }
    }

    /// The time, or `None` while the clock may be wrong.
    fn believed_time(&self) -> Option<Timestamp> {
        let watch = self.clock_watch.lock();
        let watch = watch.unwrap_or_else(PoisonError::into_inner);
        let (now, doubt) = watch.glance(&*self.clock);
        doubt.is_none().then_some(now)
    }
}
