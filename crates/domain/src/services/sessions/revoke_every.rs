//! Revoking every session, for the operator.

use std::sync::Arc;

use crate::Timestamp;
use crate::audit::{AuditAction, AuditEvent};
use crate::ports::{Store, StoreError, StoreExt};

/// The most sessions revoked in one transaction, so that no transaction holds its locks for long.
const BATCH: u32 = 500;

/// Revokes, in batches, every session that was issued before this time, and returns their number. The audit trail has the
/// call, at `now`, before its first batch.
///
/// # Errors
/// [`StoreError`] if the database fails. Some sessions may be revoked by then; another call revokes the others.
pub(in crate::services) async fn revoke_every(
    store: &Arc<dyn Store>,
    before: Timestamp,
    now: Timestamp,
) -> Result<usize, StoreError> {
    store
        .transact::<_, StoreError>(move |tx| {
            let event = AuditEvent::by_operator(None, AuditAction::RevokeAllSessions, now);
            Ok(tx.audit().append(&event)?)
        })
        .await?;
    let mut revoked = 0;
    loop {
        let batch = store.transact::<_, StoreError>(move |tx| {
            Ok(tx.sessions().revoke_issued_before(before, BATCH)?)
        });
        let batch = batch.await?;
        revoked += batch;
        // A batch may be short only because other callers revoked sessions at the same time.
        if batch == 0 {
            return Ok(revoked);
        }
    }
}
