//! What an operator may do with everybody's sessions (`azuma session`), beside a running server.

use std::sync::Arc;
use std::time::Duration;

use crate::ports::{Clock, Store, StoreError, StoreExt};

/// The most sessions ended in one transaction, so that none holds its locks for long.
const BATCH: u32 = 500;

/// How far the clock of a node that issues sessions may be ahead. Nodes agree within a second.
const AHEAD: Duration = Duration::from_secs(2);

/// Everybody's sessions, for their operator.
pub struct SessionAdmin {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl SessionAdmin {
    /// The sessions in this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Ends every session of every user that there is by now, some at a time; answers how many. Those that are issued
    /// meanwhile are left alone, so it comes to an end however many log in.
    ///
    /// # Errors
    /// [`StoreError`]; some sessions may have ended then, and to call it again ends the others.
    pub async fn revoke_all(&self) -> Result<usize, StoreError> {
        let before = self.clock.now().plus(AHEAD);
        let mut revoked = 0;
        loop {
            let ended = self
                .store
                .transact::<_, StoreError>(move |tx| {
                    Ok(tx.sessions().revoke_issued_before(before, BATCH)?)
                })
                .await?;
            revoked += ended;
            // A short batch is no sign: what it would have ended may have ended by itself meanwhile.
            if ended == 0 {
                return Ok(revoked);
            }
        }
    }
}
