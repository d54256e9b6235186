//! Measures how long memory goes on to answer for a session that was ended elsewhere.

use std::sync::Arc;
use std::time::Duration;

use azuma_domain::ports::{Abort, Clock, Entropy, StoreError, StoreExt};
use azuma_domain::session::{LiveSession, SessionId, SessionOwner, SessionPolicy, SessionToken};
use azuma_domain::token::{Generation, TokenHash, TokenShape};
use azuma_domain::user::UserId;
use tokio::time::sleep;

use super::cached_session::CachedSession;
use super::{SessionCache, Shared};

/// How often memory is asked. The measure is so much too long at most.
const ASK_EVERY: Duration = Duration::from_millis(10);
/// When a probe is given up.
const GIVE_UP_AFTER: Duration = Duration::from_secs(30);
/// How long the session of a probe would live.
const LIFE: Duration = Duration::from_mins(5);

impl SessionCache {
    /// Puts a session that no user has into memory, ends it as another node ends one, by an invalidation in the database,
    /// and answers how long after the commit memory stopped to say that it is live; 30 s if it goes on for longer. `None`
    /// if memory does not take the session, as when it has no room, or may not answer.
    ///
    /// The database gets a row of `invalidations`, and no user or session. No client can present the token.
    ///
    /// # Errors
    /// [`StoreError`] if the invalidation may not be in the database.
    pub async fn time_revocation(
        &self,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Result<Option<Duration>, StoreError> {
        let shared = &self.shared;
        let session = session_of_nobody(clock, entropy);
        shared.sessions.insert(shared.sessions.epoch(), &session);
        if !shared.says_live(&session, clock) {
            return Ok(None);
        }
        let user_id = session.user_id();
        let ended = shared
            .store
            .transact::<_, StoreError>(move |tx| {
                tx.invalidations().add_probe(user_id).map_err(Abort::Store)
            })
            .await;
        let committed_at = clock.running();
        let lag = || clock.running().saturating_sub(committed_at);
        if ended.is_ok() {
            while shared.says_live(&session, clock) && lag() < GIVE_UP_AFTER {
                sleep(ASK_EVERY).await;
            }
        }
        let lag = lag();
        // What is left of a probe that failed.
        shared.sessions.invalidate(user_id);
        ended.map(|()| Some(lag))
    }
}

impl Shared {
    fn says_live(&self, session: &CachedSession, clock: &dyn Clock) -> bool {
        self.cached(&session.hash(), clock.now()).is_some()
    }
}

/// A session with random ids and a random hash.
fn session_of_nobody(clock: &dyn Clock, entropy: &dyn Entropy) -> Arc<CachedSession> {
    let now = clock.now();
    let mut hash = [0; 32];
    let (first, last) = hash.split_at_mut(16);
    first.copy_from_slice(&entropy.u128().to_be_bytes());
    last.copy_from_slice(&entropy.u128().to_be_bytes());
    Arc::new(CachedSession::new(LiveSession {
        token: SessionToken {
            session_id: SessionId::new(entropy.uuid()),
            generation: Generation::FIRST,
            hash: TokenHash::from_bytes(hash),
            expires_at: now.plus(LIFE),
            last_used_at: None,
        },
        policy: SessionPolicy::Sliding,
        shape: TokenShape::Uuid,
        issued_at: now,
        current: Generation::FIRST,
        newest: Generation::FIRST,
        user: Arc::new(SessionOwner::new(UserId::new(entropy.uuid()), None)),
    }))
}
