//! The cached sessions, by token and by user.
//!
//! A lookup reads the epoch, asks the store, and caches the session only if the epoch is still the same. Every
//! invalidation begins a new epoch, so a session that was read before an invalidation is not cached after it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use azuma_domain::mutants::Mutant;
use azuma_domain::token::TokenHash;
use azuma_domain::user::UserId;
use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, UnitWeighter};
use tokio::time::timeout;

use super::cached_session::CachedSession;

/// The longest wait of a lookup for another lookup of the same token.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// The number of invalidations so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Epoch(u64);

/// A cached token, after its user.
pub(super) type UsersToken = (UserId, TokenHash);

/// The cached tokens of each user, and the epoch. One lock guards both; a hit does not take it, but sessions are
/// inserted and removed only while it is held.
#[derive(Default)]
pub(super) struct CacheIndex {
    epoch: Epoch,
    tokens: BTreeSet<UsersToken>,
}

impl CacheIndex {
    pub(super) fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Calls `insert` to cache the token if nothing was invalidated since `read_in`, the epoch in which the lookup
    /// began. `insert` returns the evicted tokens. This token may be one of them, but not because it was replaced.
    pub(super) fn insert(
        &mut self,
        read_in: Epoch,
        token: UsersToken,
        insert: impl FnOnce() -> Vec<UsersToken>,
    ) {
        if read_in != self.epoch && !Mutant::CacheForgetsInvalidations.is_on() {
            return;
        }
        self.tokens.insert(token);
        for evicted in insert() {
            self.tokens.remove(&evicted);
        }
    }

    /// Begins a new epoch, and calls `remove` for each of the user's tokens.
    pub(super) fn invalidate(&mut self, user_id: UserId, mut remove: impl FnMut(TokenHash)) {
        self.begin_epoch();
        let first = (user_id, TokenHash::from_bytes([0; 32]));
        let last = (user_id, TokenHash::from_bytes([0xff; 32]));
        for (_, hash) in self.tokens.extract_if(first..=last, |_| true) {
            remove(hash);
        }
    }

    /// Begins a new epoch, and calls `remove_all` to remove all tokens.
    pub(super) fn invalidate_all(&mut self, remove_all: impl FnOnce()) {
        self.begin_epoch();
        self.tokens.clear();
        remove_all();
    }

    fn begin_epoch(&mut self) {
        self.epoch = Epoch(self.epoch.0.wrapping_add(1));
    }

    #[cfg(test)]
    pub(super) fn token_count(&self) -> usize {
        self.tokens.len()
    }
}

/// What a session is cached by: its token.
fn key(hash: TokenHash) -> TokenHash {
    match Mutant::CacheMixesUpTokens.is_on() {
        true => TokenHash::from_bytes([0; 32]),
        false => hash,
    }
}

/// The cached sessions. Their number has a limit; the least used sessions are evicted first.
pub(super) struct CachedSessions {
    by_token: Cache<TokenHash, Arc<CachedSession>, UnitWeighter, DefaultHashBuilder, ListEvicted>,
    index: Mutex<CacheIndex>,
}

impl CachedSessions {
    /// A cache for `most` sessions. Its shards are never equally full, so the capacity is 5 % more.
    pub(super) fn with_room_for(most: u32) -> Self {
        let most = u64::from(most);
        let by_token = Cache::with(
            usize::try_from(most).unwrap_or(usize::MAX),
            most.saturating_add(most / 20),
            UnitWeighter,
            DefaultHashBuilder::default(),
            ListEvicted,
        );
        Self {
            by_token,
            index: Mutex::default(),
        }
    }

    pub(super) fn get(&self, hash: &TokenHash) -> Option<Arc<CachedSession>> {
        self.by_token.get(&key(*hash))
    }

    /// Waits until no other lookup of this token is under way, for 1 s at most. While the returned guard is held, other
    /// lookups of the token wait.
    pub(super) async fn turn_to_look_up(&self, hash: &TokenHash) -> impl Send {
        timeout(LONGEST_WAIT, self.by_token.get_value_or_guard_async(hash)).await
    }

    /// The current epoch. A lookup reads it before it asks the store.
    pub(super) fn epoch(&self) -> Epoch {
        self.index().epoch()
    }

    /// Caches a session that was read in the epoch `read_in`, unless something was invalidated since.
    pub(super) fn insert(&self, read_in: Epoch, session: &Arc<CachedSession>) {
        let hash = key(session.hash());
        self.index().insert(read_in, (session.user_id(), hash), || {
            self.by_token.remove(&hash);
            let mut evicted = Vec::new();
            let session = Arc::clone(session);
            self.by_token
                .insert_with_lifecycle(hash, session, &mut evicted);
            evicted
        });
    }

    /// Removes the sessions of the user. Lookups that are under way do not cache their session.
    pub(super) fn invalidate(&self, user_id: UserId) {
        self.index().invalidate(user_id, |hash| {
            self.by_token.remove(&hash);
        });
    }

    /// Removes all sessions. Lookups that are under way do not cache their session.
    pub(super) fn invalidate_all(&self) {
        self.index().invalidate_all(|| self.by_token.clear());
    }

    pub(super) fn index(&self) -> MutexGuard<'_, CacheIndex> {
        // No panic can leave the index inconsistent.
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lists which sessions were evicted to make room.
#[derive(Clone)]
struct ListEvicted;

impl Lifecycle<TokenHash, Arc<CachedSession>> for ListEvicted {
    type RequestState = Vec<UsersToken>;

    fn on_evict(
        &self,
        evicted: &mut Self::RequestState,
        hash: TokenHash,
        session: Arc<CachedSession>,
    ) {
        evicted.push((session.user_id(), hash));
    }
}
