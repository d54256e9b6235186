//! The session check that asks the store each time.

use std::sync::Arc;
use std::time::Duration;

use azuma_domain::Timestamp;
use azuma_domain::ports::{BoxFuture, SessionCheck, SessionUse, Store, StoreError, StoreExt};
use azuma_domain::session::{LiveSession, SessionId, SessionToken};
use azuma_domain::token::TokenHash;
use azuma_domain::user::UserId;

/// With less than this left of the stored expiry, every use is written: another node, or this one after a crash,
/// must not take the token for expired.
const EXPIRES_SOON: Duration = Duration::from_secs(10 * 60);
/// Otherwise a use is written once in this span at the most, which is what a crash may cost a session.
const WRITE_EVERY: Duration = Duration::from_secs(60);

/// Answers from the store alone, and remembers nothing. A decorator may remember in front of it.
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
    ) -> BoxFuture<'_, Result<Option<LiveSession>, StoreError>> {
        Box::pin(
            self.store
                .read(move |tx| tx.sessions().find_by_token(&hash, now)),
        )
    }

    fn record_use<'a>(
        &'a self,
        found: &'a LiveSession,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            if !must_be_written(&found.token, now) {
                return Ok(());
            }
            let used = SessionUse {
                hash: found.token.hash,
                used_at: now,
                expires_at,
            };
            self.store
                .transact(move |tx| Ok(tx.sessions().record_uses(&[used])?))
                .await
        })
    }

    fn forget_session(&self, _id: SessionId) {}

    fn forget_user(&self, _id: UserId) {}
}

/// Whether a use at `now` of a token, as stored, is to be written before it is answered.
fn must_be_written(stored: &SessionToken, now: Timestamp) -> bool {
    now.until(stored.expires_at) < EXPIRES_SOON
        || stored
            .last_used_at
            .is_none_or(|last| last.until(now) >= WRITE_EVERY)
}

#[cfg(test)]
mod tests {
    use azuma_domain::ports::{Abort, WriteError};
    use azuma_domain::testing::sample;
    use azuma_domain::token::Generation;
    use uuid::Uuid;

    use super::*;
    use crate::store::{DatabaseUrl, DieselStore, PoolOptions};

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn now() -> Timestamp {
        Timestamp::from_micros(1_616_942_380_063_095)
    }

    fn before(span: Duration) -> Option<Timestamp> {
        let micros = i64::try_from(span.as_micros()).unwrap();
        Some(Timestamp::from_micros(now().micros() - micros))
    }

    fn stored(left: Duration, last_used_at: Option<Timestamp>) -> SessionToken {
        SessionToken {
            session_id: SessionId::new(Uuid::nil()),
            generation: Generation::FIRST,
            hash: TokenHash::from_bytes([7; 32]),
            expires_at: now().plus(left),
            last_used_at,
        }
    }

    #[test]
    fn a_first_use_is_written() {
        assert!(must_be_written(&stored(14 * DAY, None), now()));
    }

    #[test]
    fn a_use_near_the_stored_expiry_is_written() {
        let just_used = before(Duration::from_secs(1));
        let soon = EXPIRES_SOON - Duration::from_micros(1);
        assert!(must_be_written(&stored(soon, just_used), now()));
        assert!(!must_be_written(&stored(EXPIRES_SOON, just_used), now()));
    }

    #[test]
    fn other_uses_are_written_once_a_minute() {
        let minute = before(WRITE_EVERY);
        let less = before(WRITE_EVERY - Duration::from_micros(1));
        assert!(must_be_written(&stored(14 * DAY, minute), now()));
        assert!(!must_be_written(&stored(14 * DAY, less), now()));
        // Another node's clock may be a little ahead.
        let ahead = Some(now().plus(Duration::from_secs(1)));
        assert!(!must_be_written(&stored(14 * DAY, ahead), now()));
    }

    #[tokio::test]
    async fn finds_and_writes_in_the_store() {
        let url = DatabaseUrl::parse("sqlite::memory:").unwrap();
        let store: Arc<dyn Store> =
            Arc::new(DieselStore::open(&url, PoolOptions::default()).unwrap());
        let now = sample::now();
        let user = sample::account(1, "neo");
        let session = sample::session(1, user.user.id);
        let token = sample::token(1, 0, now.plus(Duration::from_secs(300)));
        let hash = token.hash;
        store
            .transact(move |tx| -> Result<(), Abort<StoreError>> {
                tx.users().insert(&user).map_err(|error| match error {
                    WriteError::Conflict(conflict) => panic!("{conflict}"),
                    WriteError::Store(error) => error,
                })?;
                Ok(tx.sessions().insert(&session, &token)?)
            })
            .await
            .unwrap();

        let check = StoreSessionCheck::new(store);
        let unknown = sample::token_hash(2, 0);
        assert!(check.find(unknown, now).await.unwrap().is_none());
        let found = check.find(hash, now).await.unwrap().unwrap();
        let later = now.plus(14 * DAY);
        check.record_use(&found, now, later).await.unwrap();
        let found = check.find(hash, now).await.unwrap().unwrap();
        assert_eq!(found.token.last_used_at, Some(now));
        assert_eq!(found.token.expires_at, later);

        // Used again at once, it is not written again.
        let soon = now.plus(Duration::from_secs(59));
        check
            .record_use(&found, soon, soon.plus(14 * DAY))
            .await
            .unwrap();
        let found_again = check.find(hash, soon).await.unwrap().unwrap();
        assert_eq!(found_again, found);
        assert!(check.find(hash, later).await.unwrap().is_none());
    }
}
