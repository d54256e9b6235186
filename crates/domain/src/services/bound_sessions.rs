//! Keeping what one user's sessions cost within bounds, however many there are.

use super::Services;
use crate::ports::{StoreError, StoreExt};
use crate::session::SessionId;
use crate::user::UserId;

/// The most sessions ended together beside other changes: many more than a user may have today, and few enough for a
/// fraction of the time that a unit of work has.
pub(super) const ENDED_AT_ONCE: u32 = 10_000;

impl Services {
    /// Where the user has more sessions than one unit of work is sure to end in its time, ends some at a time, but never
    /// `spared`, until it has not. Called before one that ends them all; only who has far more sessions than are allowed
    /// notices.
    pub(super) async fn revoke_surplus_sessions(
        &self,
        user_id: UserId,
        spared: Option<SessionId>,
    ) -> Result<(), StoreError> {
        loop {
            let (keep, limit) = (ENDED_AT_ONCE, ENDED_AT_ONCE);
            let ended = self
                .ports
                .store
                .transact::<_, StoreError>(move |tx| {
                    Ok(tx.sessions().revoke_surplus(user_id, spared, keep, limit)?)
                })
                .await?;
            if ended > 0 {
                self.ports.session_check.invalidate(user_id);
            }
            if ended < limit as usize {
                return Ok(());
            }
        }
    }
}
