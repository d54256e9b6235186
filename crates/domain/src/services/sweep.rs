//! Deleting what has expired. Nothing depends on it but the size of the database.

use super::known_clients::REMEMBERED_FOR;
use super::{Backlog, Services};
use crate::ports::{StoreError, StoreExt};

/// The most rows of a kind deleted in one transaction, so that none holds its locks for long.
const BATCH: u32 = 500;
/// How many invalidations stay for nodes that lag. One that lags more forgets everything, and loses nothing by it.
const KEPT_INVALIDATIONS: u32 = 10_000;

impl Services {
    /// Deletes some expired tokens and links, lapsed accounts, old invalidations and networks long unseen, 500 of each at the most.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was deleted then.
    pub async fn sweep(&self) -> Result<Backlog, StoreError> {
        let now = self.ports.clock.now();
        let forgotten = now.minus(REMEMBERED_FOR);
        self.ports
            .store
            .transact::<_, StoreError>(move |tx| {
                let tokens = tx.sessions().delete_expired(now, BATCH)?;
                let links = tx.links().delete_expired(now, BATCH)?;
                let accounts = tx.users().delete_lapsed(now, BATCH)?;
                let news = tx.invalidations().prune(KEPT_INVALIDATIONS, BATCH)?;
                let unseen = tx.known_clients().delete_unseen_since(forgotten, BATCH)?;
                let most = tokens.max(links).max(accounts).max(news).max(unseen);
                Ok(match most < BATCH as usize {
                    true => Backlog::Empty,
                    false => Backlog::Left,
                })
            })
            .await
    }
}
