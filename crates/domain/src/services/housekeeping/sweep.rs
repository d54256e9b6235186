//! Deleting what has expired. Nothing depends on it but the size of the database.

use std::sync::PoisonError;

use super::clock_watch::compare;
use super::{ClockDoubt, Housekeeping};
use crate::Timestamp;
use crate::ports::{StoreError, StoreExt, Transaction};
use crate::services::Backlog;
use crate::services::known_clients::REMEMBERED_FOR;

/// The most rows of a kind deleted in one transaction, so that none holds its locks for long.
const BATCH: u32 = 500;
/// How many invalidations stay for nodes that lag. One that lags more forgets everything, and loses nothing by it.
const KEPT_INVALIDATIONS: u32 = 10_000;

/// What a sweep came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swept {
    /// Whether there is more to delete at once.
    pub backlog: Backlog,
    /// Why what has expired was left alone, where it was.
    pub doubt: Option<ClockDoubt>,
}

impl Housekeeping {
    /// Deletes some expired tokens and links, lapsed accounts, old invalidations and networks long unseen, 500 of each at the most. While the clock may
    /// be wrong, it leaves alone whatever expires: what is deleted does not come back when the clock is set right.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was deleted then.
    pub async fn sweep(&self) -> Result<Swept, StoreError> {
        let (now, doubt) = self
            .clock_watch
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .look(&*self.clock);
        self.store
            .transact::<_, StoreError>(move |tx| {
                let old_news = tx.invalidations().prune(KEPT_INVALIDATIONS, BATCH)?;
                let doubt = match doubt {
                    Some(doubt) => Some(doubt),
                    None => compare(now, tx.reader().clock()?),
                };
                let expired = match doubt {
                    Some(_) => 0,
                    None => delete_expired(tx, now)?,
                };
                let backlog = match old_news.max(expired) < BATCH as usize {
                    true => Backlog::Empty,
                    false => Backlog::Left,
                };
                Ok(Swept { backlog, doubt })
            })
            .await
    }
}

/// Answers how many rows of the kind that had the most.
fn delete_expired(tx: &mut dyn Transaction, now: Timestamp) -> Result<usize, StoreError> {
    let tokens = tx.sessions().delete_expired(now, BATCH)?;
    let links = tx.links().delete_expired(now, BATCH)?;
    let accounts = tx.users().delete_lapsed(now, BATCH)?;
    let forgotten = now.minus(REMEMBERED_FOR);
    let unseen = tx.known_clients().delete_unseen_since(forgotten, BATCH)?;
    Ok(tokens.max(links).max(accounts).max(unseen))
}
