//! [`RecoveryRepository`](azuma_domain::ports::RecoveryRepository).

mod reschedule;
mod take;

use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::{Store, StoreError, Transaction};
use azuma_domain::recovery::RecoveryRequest;

use super::write;

async fn request(store: &Arc<dyn Store>, request: &RecoveryRequest) {
    let request = request.clone();
    write(store, move |tx| tx.recoveries().insert(&request)).await;
}

/// Takes at most `limit` requests that are due, the longest due first.
fn take_due(
    tx: &mut dyn Transaction,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<RecoveryRequest>, StoreError> {
    let mut taken = Vec::new();
    while taken.len() < limit
        && let Some(id) = tx.recoveries().next_due(now)?
    {
        taken.extend(tx.recoveries().take(id)?);
    }
    Ok(taken)
}

async fn take(store: &Arc<dyn Store>, now: Timestamp, limit: usize) -> Vec<RecoveryRequest> {
    write(store, move |tx| take_due(tx, now, limit)).await
}
