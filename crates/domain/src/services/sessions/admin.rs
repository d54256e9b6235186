//! The use cases of an operator for the sessions of all users, with or without a running server.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::{AuditAction, AuditEvent};
use crate::ports::{Clock, Store, StoreError, StoreExt};

/// The most sessions revoked in one transaction, so that no transaction holds its locks for long.
const BATCH: u32 = 500;

/// How far the clock of a node that issues sessions may be ahead of ours. Nodes agree within a second.
const AHEAD: Duration = Duration::from_secs(2);

/// The use cases of an operator for the sessions of all users.
pub struct SessionAdmin {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl SessionAdmin {
    /// Manages the sessions in this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Revokes, in batches, every session that was issued before this call, and returns their number. Sessions issued
    /// during the call stay, so the call ends however many users log in. The audit trail has the call before its first batch.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails. Some sessions may be revoked by then; another call revokes the others.
    pub async fn revoke_all(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let before = now.plus(AHEAD);
        self.store
            .transact::<_, StoreError>(move |tx| {
                let action = AuditAction::RevokeAllSessions;
                Ok(tx
                    .audit()
                    .append(&AuditEvent::by_operator(None, action, now))?)
            })
            .await?;
        let mut revoked = 0;
        loop {
            let batch = self
                .store
                .transact::<_, StoreError>(move |tx| {
                    Ok(tx.sessions().revoke_issued_before(before, BATCH)?)
                })
                .await?;
            revoked += batch;
            // A batch may be short only because other callers revoked sessions at the same time.
            if batch == 0 {
                return Ok(revoked);
            }
        }
    }
}
