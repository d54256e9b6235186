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
    cache: Cache<Place, Arc<Remembered>, UnitWeighter, BuildHasherDefault<AsItIs>, NoteEvicted>,
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
        let found = self.cache.get(&Place::of(hash))?;
        (found.hash() == *hash).then_some(found)
    }
}

impl Entries for Tokens {
    type Entry = Remembered;

    fn insert(&self, hash: TokenHash, entry: Remembered) -> Vec<(TokenHash, UserId)> {
        let mut evicted = Vec::new();
        self.cache
            .insert_with_lifecycle(Place::of(&hash), Arc::new(entry), &mut evicted);
        evicted
    }

    fn remove(&self, hash: &TokenHash) {
        self.cache
            .remove_if(&Place::of(hash), |entry| entry.hash() == *hash);
    }

    fn clear(&self) {
        self.cache.clear();
    }
}

/// Tells the ledger what was let go to make room.
#[derive(Clone)]
struct NoteEvicted;

impl Lifecycle<Place, Arc<Remembered>> for NoteEvicted {
    type RequestState = Vec<(TokenHash, UserId)>;

    fn on_evict(&self, evicted: &mut Self::RequestState, _: Place, entry: Arc<Remembered>) {
        evicted.push((entry.hash(), entry.user_id()));
    }
}

/// The first eight bytes of a token's hash: an entry of half the size, of which two share a line of the processor's cache.
/// Should two tokens ever share a place, only the one remembered last is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Place(u64);

impl Place {
    fn of(hash: &TokenHash) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = *hash.as_bytes();
        Self(u64::from_ne_bytes([a, b, c, d, e, f, g, h]))
    }
}

/// A part of a SHA-256 is as good a hash as any. Nobody chooses it: only tokens that we made are remembered.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.write_u64(u64::from_ne_bytes(*first));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
