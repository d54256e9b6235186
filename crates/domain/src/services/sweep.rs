//! Deleting what has expired. Nothing depends on it but the size of the database.

use super::Services;
use crate::ports::{StoreError, StoreExt};

/// The most rows of a kind deleted in one transaction, so that none holds its locks for long.
const BATCH: u32 = 500;

impl Services {
    /// Deletes expired tokens and links and lapsed accounts.
    ///
    /// # Errors
    /// [`StoreError`]; what was deleted before stays deleted.
    pub async fn sweep(&self) -> Result<(), StoreError> {
        let now = self.ports.clock.now();
        loop {
            let most = self
                .ports
                .store
                .transact::<_, StoreError>(move |tx| {
                    let tokens = tx.sessions().delete_expired(now, BATCH)?;
                    let links = tx.links().delete_expired(now, BATCH)?;
                    let accounts = tx.users().delete_lapsed(now, BATCH)?;
                    Ok(tokens.max(links).max(accounts))
                })
                .await?;
            if most < BATCH as usize {
                return Ok(());
            }
        }
    }
}
