//! How loads and invalidations pass each other: what was loaded before an invalidation is not remembered after it.

use std::collections::{BTreeSet, HashMap};

use azuma_domain::token::TokenHash;
use azuma_domain::user::UserId;

/// Where tokens are remembered. Changed by the ledger alone, under its lock; read by everybody at any time.
pub(super) trait Entries {
    /// What is remembered of a token.
    type Entry;

    /// Remembers it, and answers which were let go for it: others to make room, one that it replaces, or itself, where
    /// there is no room at all.
    fn insert(&self, hash: TokenHash, entry: Self::Entry) -> Vec<(TokenHash, UserId)>;

    /// Lets it go. No read that begins after this finds it.
    fn remove(&self, hash: &TokenHash);

    /// Lets all go.
    fn clear(&self);
}

/// Tells a load from those of the same token before and after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LoadNumber(u64);

/// The loads under way and the tokens remembered of each user. Kept under one lock, which no hit takes.
///
/// A load begins, asks the store, and finishes. An invalidation that comes between detaches it: it still answers those
/// who wait for it, as they came before, but nobody joins it any more and what it found is not remembered.
pub(super) struct Ledger<L> {
    loads: HashMap<TokenHash, (LoadNumber, L)>,
    remembered: BTreeSet<(UserId, TokenHash)>,
    next: LoadNumber,
}

impl<L: Clone> Ledger<L> {
    pub(super) fn new() -> Self {
        Self {
            loads: HashMap::new(),
            remembered: BTreeSet::new(),
            next: LoadNumber(0),
        }
    }

    /// The load of this token under way, for one more to wait for.
    pub(super) fn under_way(&self, hash: &TokenHash) -> Option<L> {
        self.loads.get(hash).map(|(_, load)| load.clone())
    }

    /// Begins a load, in place of the one under way if there is any. To be called before the store is asked.
    pub(super) fn begin(&mut self, hash: TokenHash, load: L) -> LoadNumber {
        let number = self.next;
        self.next = LoadNumber(number.0.wrapping_add(1));
        self.loads.insert(hash, (number, load));
        number
    }

    /// Ends a load, and remembers what it found, unless it was detached.
    pub(super) fn finish<E: Entries>(
        &mut self,
        hash: TokenHash,
        number: LoadNumber,
        found: Option<(UserId, E::Entry)>,
        entries: &E,
    ) {
        if self.loads.get(&hash).is_none_or(|(now, _)| *now != number) {
            return;
        }
        self.loads.remove(&hash);
        let Some((user_id, entry)) = found else {
            return;
        };
        // What it replaces counts as let go too, and would take the token's place in `remembered` along.
        entries.remove(&hash);
        self.remembered.insert((user_id, hash));
        for (evicted, owner) in entries.insert(hash, entry) {
            self.remembered.remove(&(owner, evicted));
        }
    }

    /// Forgets a user and its sessions, and detaches every load: whose each is, nobody knows yet.
    pub(super) fn forget(&mut self, user_id: UserId, entries: &impl Entries) {
        self.loads.clear();
        let first = (user_id, TokenHash::from_bytes([0; 32]));
        let last = (user_id, TokenHash::from_bytes([0xff; 32]));
        while let Some(found) = self.remembered.range(first..=last).next().copied() {
            self.remembered.remove(&found);
            entries.remove(&found.1);
        }
    }

    #[cfg(test)]
    pub(super) fn remembered_count(&self) -> usize {
        self.remembered.len()
    }

    /// Forgets everybody.
    pub(super) fn forget_all(&mut self, entries: &impl Entries) {
        self.loads.clear();
        self.remembered.clear();
        entries.clear();
    }
}
