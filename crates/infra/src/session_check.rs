//! The session check that asks the store each time.

use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::{SessionCheck, SessionUse, Soon, Store, StoreError, StoreExt};
use azuma_domain::session::LiveSession;
use azuma_domain::token::TokenHash;
use azuma_domain::user::UserId;

/// Answers from the store alone, remembers nothing, and writes every use before it is answered. A decorator may
/// remember in front of it.
pub struct StoreSessionCheck {
    store: Arc<dyn Store>,
}

impl StoreSessionCheck {
    /// A check that asks this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }
}

impl SessionCheck for StoreSessionCheck {
    fn find(
        &self,
        hash: TokenHash,
        now: Timestamp,
    ) -> Soon<'_, Result<Option<LiveSession>, StoreError>> {
        Soon::later(
            self.store
                .read(move |tx| tx.sessions().find_by_token(&hash, now)),
        )
    }

    fn record_use<'a>(
        &'a self,
        found: &'a LiveSession,
        now: Timestamp,
        extended_to: Option<Timestamp>,
    ) -> Soon<'a, Result<(), StoreError>> {
        Soon::later(async move {
            let used = SessionUse {
                hash: found.token.hash,
                used_at: now,
                extended_to,
            };
            self.store
                .transact(move |tx| {
                    tx.sessions().record_uses(&[used])?;
                    Ok(())
                })
                .await
        })
    }

    fn forget(&self, _user_id: UserId) {}
}
