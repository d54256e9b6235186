//! Deletes expired rows. Only the size of the database depends on it, because readers ignore expired rows.

use std::sync::PoisonError;

use super::clock_watch::compare;
use super::{ClockDoubt, Housekeeping};
use crate::Timestamp;
use crate::ports::{StoreError, StoreExt, Transaction};
use crate::services::Backlog;
use crate::services::known_clients::REMEMBERED_FOR;

/// The most rows of a kind deleted in one transaction, so that no transaction holds its locks for long.
const BATCH: u32 = 500;
/// How many invalidations are kept for nodes that lag. A node that lags further empties its cache.
const KEPT_INVALIDATIONS: u32 = 10_000;

/// The result of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swept {
    /// Whether there may be more to delete.
    pub backlog: Backlog,
    /// Why expired rows were kept, if they were.
    pub doubt: Option<ClockDoubt>,
}

impl Housekeeping {
    /// Deletes old invalidations, and unless the clock may be wrong, expired tokens, links and invitations, lapsed accounts and
    /// networks long unseen, and old events of the audit trail; at most 500 rows of each.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails; nothing is deleted then.
    pub async fn sweep(&self) -> Result<Swept, StoreError> {
        let (now, doubt) = self
            .clock_watch
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .look(&*self.clock);
        let events_until = now.minus(self.kept_for.events);
        self.store
            .transact::<_, StoreError>(move |tx| {
                let pruned = tx.invalidations().prune(KEPT_INVALIDATIONS, BATCH)?;
                let doubt = match doubt {
                    Some(doubt) => Some(doubt),
                    None => compare(now, tx.reader().clock()?),
                };
                let expired = match doubt {
                    Some(_) => 0,
                    None => {
                        delete_expired(tx, now)?.max(tx.audit().delete_before(events_until, BATCH)?)
                    }
                };
                let backlog = match pruned.max(expired) < BATCH as usize {
                    true => Backlog::Empty,
                    false => Backlog::Left,
                };
                Ok(Swept { backlog, doubt })
            })
            .await
    }
}

/// Deletes expired rows of every kind, and returns the largest number of rows deleted of one kind.
fn delete_expired(tx: &mut dyn Transaction, now: Timestamp) -> Result<usize, StoreError> {
    let tokens = tx.sessions().delete_expired(now, BATCH)?;
    let links = tx.links().delete_expired(now, BATCH)?;
    let accounts = tx.users().delete_lapsed(now, BATCH)?;
    let invites = tx.invites().delete_expired(now, BATCH)?;
    let forgotten = now.minus(REMEMBERED_FOR);
    let unseen = tx.known_clients().delete_unseen_since(forgotten, BATCH)?;
    Ok(tokens.max(links).max(accounts).max(invites).max(unseen))
}
