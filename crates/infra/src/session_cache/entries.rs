//! The tokens remembered, about as many as configured.

use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use azuma_domain::token::TokenHash;
use azuma_domain::user::UserId;
use quick_cache::sync::Cache;
use quick_cache::{Lifecycle, UnitWeighter};

use super::ledger::Entries;
use super::remembered::Remembered;

/// Remembered tokens. Who is asked for least goes first.
pub(super) struct Tokens {
    cache: Cache<
        TokenHash,
        Arc<Remembered>,
        UnitWeighter,
        BuildHasherDefault<FirstBytes>,
        NoteEvicted,
    >,
}

impl Tokens {
    /// Room for `most` of them. It is divided among locks, and never evenly: a twentieth more lets each hold its share.
    pub(super) fn with_room_for(most: u32) -> Self {
        let most = u64::from(most);
        let room = most.saturating_add(most / 20);
        Self {
            cache: Cache::with(
                usize::try_from(most).unwrap_or(usize::MAX),
                room,
                UnitWeighter,
                BuildHasherDefault::default(),
                NoteEvicted,
            ),
        }
    }

    pub(super) fn get(&self, hash: &TokenHash) -> Option<Arc<Remembered>> {
        self.cache.get(hash)
    }
}

impl Entries for Tokens {
    type Entry = Remembered;

    fn insert(&self, hash: TokenHash, entry: Remembered) -> Vec<(TokenHash, UserId)> {
        let mut evicted = Vec::new();
        self.cache
            .insert_with_lifecycle(hash, Arc::new(entry), &mut evicted);
        evicted
    }

    fn remove(&self, hash: &TokenHash) {
        self.cache.remove(hash);
    }

    fn clear(&self) {
        self.cache.clear();
    }
}

/// Tells the ledger what was let go to make room.
#[derive(Clone)]
struct NoteEvicted;

impl Lifecycle<TokenHash, Arc<Remembered>> for NoteEvicted {
    type RequestState = Vec<(TokenHash, UserId)>;

    fn on_evict(&self, evicted: &mut Self::RequestState, hash: TokenHash, entry: Arc<Remembered>) {
        evicted.push((hash, entry.user_id()));
    }
}

/// The first bytes of a SHA-256 are as good a hash as any. Nobody chooses them: only tokens that we made are remembered.
#[derive(Default)]
struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_ne_bytes(*first);
        }
    }

    /// The length of the array, always the same.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}
