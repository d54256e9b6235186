//! What an operator may do with everybody's sessions (`azuma session`), beside a running server.

use std::sync::Arc;

use crate::ports::{Store, StoreError, StoreExt};

/// The most sessions ended in one transaction, so that none holds its locks for long.
const BATCH: u32 = 500;

/// Everybody's sessions, for their operator.
pub struct SessionDesk {
    store: Arc<dyn Store>,
}

impl SessionDesk {
    /// The sessions in this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// Ends every session of every user, some at a time, until there is none; answers how many.
    ///
    /// # Errors
    /// [`StoreError`]; some sessions may have ended then, and to call it again ends the others.
    pub async fn revoke_all(&self) -> Result<usize, StoreError> {
        let mut revoked = 0;
        loop {
            let ended = self
                .store
                .transact::<_, StoreError>(|tx| Ok(tx.sessions().end_anybodys(BATCH)?))
                .await?;
            revoked += ended;
            // A short batch is no sign: what it would have ended may have ended by itself meanwhile.
            if ended == 0 {
                return Ok(revoked);
            }
        }
    }
}
