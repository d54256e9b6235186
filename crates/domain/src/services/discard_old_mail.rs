//! Deleting mail that is kept for nobody any more. Called by a worker, again and again.

use std::io;

use super::{Backlog, Services};
use crate::Timestamp;
use crate::ports::{StoreError, StoreExt};

/// The most dead letters deleted in one transaction, so that none holds its locks for long.
const BATCH: u32 = 500;

/// How many dead letters were deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiscardedLetters {
    /// So many.
    pub count: usize,
    /// Whether there may be more.
    pub backlog: Backlog,
}

impl Services {
    /// Deletes dead letters that are kept for so long, 500 at the most.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was deleted then.
    pub async fn discard_dead_letters(&self) -> Result<DiscardedLetters, StoreError> {
        let until = self.mail_kept_until();
        let store = &self.ports.store;
        let deleted =
            store.transact::<_, StoreError>(move |tx| Ok(tx.outbox().delete_dead(until, BATCH)?));
        let count = deleted.await?;
        let backlog = match count < BATCH as usize {
            true => Backlog::Empty,
            false => Backlog::Left,
        };
        Ok(DiscardedLetters { count, backlog })
    }

    /// Deletes messages that the mailer keeps for so long, where it keeps any, and answers how many.
    ///
    /// # Errors
    /// [`io::Error`]; some may be deleted then.
    pub async fn discard_mail_files(&self) -> io::Result<usize> {
        self.ports.mailer.discard(self.mail_kept_until()).await
    }

    fn mail_kept_until(&self) -> Timestamp {
        self.ports.clock.now().minus(self.settings.mail_kept_for)
    }
}
