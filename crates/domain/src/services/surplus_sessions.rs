//! Bounds the number of sessions that one unit of work revokes, however many a user has.

use std::sync::Arc;

use crate::ports::{SessionCheck, Store, StoreError, StoreExt};
use crate::session::SessionId;
use crate::user::UserId;

/// The most sessions revoked together with other changes: far more than a user may have, and few enough for a
/// fraction of a unit of work's timeout.
pub(super) const MOST_REVOKED_AT_ONCE: u32 = 10_000;

/// Revokes sessions of a user, but never `spared`, in batches until one unit of work can revoke
/// the rest. A use case calls this before it revokes all sessions of a user. It does nothing unless the user has far
/// more sessions than the limit allows.
pub(super) async fn revoke_surplus_sessions(
    store: &Arc<dyn Store>,
    session_check: &dyn SessionCheck,
    user_id: UserId,
    spared: Option<SessionId>,
) -> Result<(), StoreError> {
    let invalidate = || session_check.invalidate(user_id);
    in_batches(store, user_id, spared, invalidate)
        .await
        .map(drop)
}

/// The same for an operator, where no session is in memory. Answers how many were revoked.
pub(super) async fn revoke_surplus_beside_a_server(
    store: &Arc<dyn Store>,
    user_id: UserId,
) -> Result<usize, StoreError> {
    in_batches(store, user_id, None, || {}).await
}

async fn in_batches(
    store: &Arc<dyn Store>,
    user_id: UserId,
    spared: Option<SessionId>,
    after_each: impl Fn(),
) -> Result<usize, StoreError> {
    let mut all = 0;
    loop {
        let (keep, limit) = (MOST_REVOKED_AT_ONCE, MOST_REVOKED_AT_ONCE);
        let revoked = store
            .transact::<_, StoreError>(move |tx| {
                Ok(tx.sessions().revoke_surplus(user_id, spared, keep, limit)?)
            })
            .await?;
        if revoked > 0 {
            after_each();
        }
        all += revoked;
        if revoked < limit as usize {
            return Ok(all);
        }
    }
}
