//! The session check from memory: what Azuma does all day.
//!
//! | module | holds |
//! |---|---|
//! | `remembered` | what is remembered of a token, its uses on their way to the store among it |
//! | `entries` | the tokens remembered |
//! | `ledger` | how loads and invalidations pass each other |
//! | `load` | one question to the store, and who waits for it |
//! | `news` | what other nodes did |
//! | `freshness` | whether memory may answer at all |
//! | `write_behind` | when uses are written |

mod entries;
mod freshness;
mod ledger;
mod load;
mod news;
mod remembered;
#[cfg(test)]
mod tests;
mod upkeep;
mod write_behind;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use azuma_domain::Timestamp;
use azuma_domain::ports::{HistoryEnd, SessionCheck, Soon, Store, StoreError};
use azuma_domain::session::LiveSession;
use azuma_domain::token::TokenHash;
use azuma_domain::user::UserId;

use crate::monotonic::{Stopwatch, stopwatch};
use crate::session_check::StoreSessionCheck;
use entries::Tokens;
use freshness::Freshness;
use ledger::{Ledger, LoadNumber};
use load::{Load, Loaded, share};
use remembered::Remembered;
use write_behind::WriteBehind;

/// A [`SessionCheck`] that remembers what the store answered, as a decorator of [`StoreSessionCheck`].
///
/// It only ever says yes by itself: a token is unknown, expired or revoked when the store says so. Simultaneous
/// questions for one token are one query. It answers by itself only while [`run`](Self::run) keeps up with what other
/// nodes do; else it asks the store each time. Clones are one.
#[derive(Clone)]
pub struct SessionCache {
    shared: Arc<Shared>,
}

struct Shared {
    asked: StoreSessionCheck,
    /// The same store as `asked`, on connections that no request has.
    followed: Arc<dyn Store>,
    polls_fail: AtomicBool,
    tokens: Tokens,
    ledger: Mutex<Ledger<Load>>,
    freshness: Freshness,
    /// How far the history of invalidations was followed.
    known: Mutex<Option<HistoryEnd>>,
    behind: WriteBehind,
    stopwatch: Stopwatch,
}

impl SessionCache {
    /// A check that remembers about `most` tokens (`sessions.cache_entries`) in front of `store`. `followed` is the same
    /// database on connections of its own, two at the most: however many requests wait for a connection, the polls that
    /// let memory answer them do not.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, followed: Arc<dyn Store>, most: u32) -> Self {
        Self::timed(store, followed, most, stopwatch())
    }

    fn timed(
        store: Arc<dyn Store>,
        followed: Arc<dyn Store>,
        most: u32,
        stopwatch: Stopwatch,
    ) -> Self {
        let shared = Shared {
            asked: StoreSessionCheck::new(Arc::clone(&store)),
            tokens: Tokens::with_room_for(most),
            ledger: Mutex::new(Ledger::new()),
            freshness: Freshness::default(),
            known: Mutex::new(None),
            behind: WriteBehind::new(store),
            followed,
            polls_fail: AtomicBool::new(false),
            stopwatch,
        };
        Self {
            shared: Arc::new(shared),
        }
    }
}

impl SessionCheck for SessionCache {
    fn find(
        &self,
        hash: TokenHash,
        now: Timestamp,
    ) -> Soon<'_, Result<Option<LiveSession>, StoreError>> {
        match self.shared.remembered(&hash, now) {
            Some(found) => Soon::now(Ok(Some(found))),
            None => Soon::later(self.shared.find(hash, now)),
        }
    }

    fn record_use<'a>(
        &'a self,
        found: &'a LiveSession,
        now: Timestamp,
        extended_to: Option<Timestamp>,
    ) -> Soon<'a, Result<(), StoreError>> {
        let Some(remembered) = self.shared.tokens.get(&found.token.hash) else {
            return self.shared.asked.record_use(found, now, extended_to);
        };
        remembered.note(now, extended_to);
        let behind = &self.shared.behind;
        if remembered.is_urgent(now) {
            return Soon::later(async move {
                let is_urgent = || remembered.is_urgent(now);
                behind.write_first(&remembered, is_urgent).await
            });
        }
        behind.queue(&remembered);
        Soon::now(Ok(()))
    }

    fn forget(&self, user_id: UserId) {
        self.shared.ledger().forget(user_id, &self.shared.tokens);
    }
}

impl Shared {
    fn ledger(&self) -> MutexGuard<'_, Ledger<Load>> {
        // Nothing in there panics half way.
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What memory may answer: yes, or nothing.
    fn remembered(&self, hash: &TokenHash, now: Timestamp) -> Option<LiveSession> {
        if !self.freshness.holds((self.stopwatch)()) {
            return None;
        }
        let remembered = self.tokens.get(hash)?;
        remembered.is_live(now).then(|| remembered.as_used())
    }

    /// Asks the store, together with those who ask the same.
    async fn find(
        self: &Arc<Self>,
        hash: TokenHash,
        now: Timestamp,
    ) -> Result<Option<LiveSession>, StoreError> {
        let load = self.join_or_begin(hash, now);
        match load.wait().await {
            Some(Ok(Some(found))) if !found.token.is_live(now) => {}
            Some(Ok(found)) => return Ok(found),
            Some(Err(error)) => return Err(share(&error)),
            None => {}
        }
        // Found by one who came before the token expired, or the load was given up: only the store can say no.
        self.asked.find(hash, now).await
    }

    fn join_or_begin(self: &Arc<Self>, hash: TokenHash, now: Timestamp) -> Load {
        let moment = (self.stopwatch)();
        let mut ledger = self.ledger();
        if let Some(load) = ledger.under_way(&hash)
            && load.may_be_joined(moment)
        {
            return load;
        }
        let (load, end) = Load::begin(moment);
        let number = ledger.begin(hash, load.clone());
        drop(ledger);
        let shared = Arc::clone(self);
        // A task of its own: whoever asked first may go while others wait.
        tokio::spawn(async move {
            let loaded = shared.load(hash, number, now).await;
            let _ = end.send(Some(loaded));
        });
        load
    }

    async fn load(&self, hash: TokenHash, number: LoadNumber, now: Timestamp) -> Loaded {
        let loaded = self.asked.find(hash, now).await.map_err(Arc::new);
        let found = loaded.as_ref().ok().and_then(Option::as_ref);
        let entry = found.map(|found| (found.user.id, Remembered::new(found.clone())));
        self.ledger().finish(hash, number, entry, &self.tokens);
        loaded
    }
}
