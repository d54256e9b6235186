//! Uses that are written later, many at once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::mem::replace;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use azuma_domain::ports::{SessionUse, Store, StoreError, StoreExt};
use azuma_domain::token::TokenHash;

use super::remembered::Remembered;

/// Every token has one of these turns, by its hash. One turn comes a second, so each token is written once a minute at
/// the most, and a minute after its use where the store does not fail; and no write is as large as a minute's uses.
pub(super) const TURNS: usize = 60;

type Waiting = HashMap<TokenHash, Arc<Remembered>>;

/// The tokens whose uses wait to be written: those used within a minute at the most, remembered or not.
pub(super) struct WriteBehind {
    store: Arc<dyn Store>,
    turns: [Mutex<Waiting>; TURNS],
    /// How many turns have come.
    come: AtomicUsize,
    /// How many turns have been written.
    written: AtomicUsize,
    /// Held while a turn is written: until then, what it took is neither waiting nor stored.
    writing: tokio::sync::Mutex<()>,
}

impl WriteBehind {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            turns: std::array::from_fn(|_| Mutex::default()),
            come: AtomicUsize::new(0),
            written: AtomicUsize::new(0),
            writing: tokio::sync::Mutex::new(()),
        }
    }

    /// Has the latest use written when the token's turn comes.
    pub(super) fn queue(&self, token: &Arc<Remembered>) {
        if !token.begin_to_wait() {
            return;
        }
        let older = self.with_turn_of(token.hash(), |waiting| {
            waiting.insert(token.hash(), Arc::clone(token))
        });
        if let Some(older) = older {
            // One was forgotten while it waited, and loaded anew; both may still be used. What is noted of the one after
            // this has it wait again.
            older.end_to_wait();
            note(token, older.latest());
        }
    }

    /// Writes the latest use of one token now. Simultaneous calls are one write.
    pub(super) async fn write_first(
        &self,
        token: &Remembered,
        is_urgent: impl Fn() -> bool,
    ) -> Result<(), StoreError> {
        let _one_at_a_time = token.urgent_write.lock().await;
        if !is_urgent() {
            return Ok(());
        }
        let latest = token.latest();
        let there = self.record(vec![latest]).await?;
        settle(token, latest, &there);
        Ok(())
    }

    /// Writes what the next turn holds, and the turns that failed before it. Called once a second.
    pub(super) async fn write_next_turn(&self) -> Result<(), StoreError> {
        let come = self.come.fetch_add(1, Ordering::Relaxed) + 1;
        let first = self.written.load(Ordering::Relaxed);
        // A turn that has come again meanwhile need not be written twice.
        for turn in first.max(come.saturating_sub(TURNS))..come {
            self.write_turn(turn % TURNS).await?;
            self.written.store(turn + 1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Writes all that waits.
    pub(super) async fn write_all(&self) -> Result<(), StoreError> {
        for turn in 0..TURNS {
            self.write_turn(turn).await?;
        }
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn waiting_count(&self) -> usize {
        self.turns.iter().map(|turn| lock(turn).len()).sum()
    }

    async fn write_turn(&self, turn: usize) -> Result<(), StoreError> {
        let _one_at_a_time = self.writing.lock().await;
        let waiting = self.turns.get(turn).map(|turn| {
            let mut waiting = lock(turn);
            // A minute is much like the one before. What makes the room is not a request.
            let next = Waiting::with_capacity(waiting.len());
            replace(&mut *waiting, next)
        });
        let mut tokens: Vec<Arc<Remembered>> = waiting.unwrap_or_default().into_values().collect();
        tokens.sort_unstable_by_key(|token| token.hash());
        if tokens.is_empty() {
            return Ok(());
        }
        for token in &tokens {
            token.end_to_wait();
        }
        let uses: Vec<SessionUse> = tokens.iter().map(|token| token.latest()).collect();
        match self.record(uses.clone()).await {
            Ok(there) => {
                for (token, written) in tokens.iter().zip(uses) {
                    settle(token, written, &there);
                }
                Ok(())
            }
            Err(error) => {
                tokens.iter().for_each(|token| self.queue_again(token));
                Err(error)
            }
        }
    }

    /// Takes back what could not be written.
    fn queue_again(&self, token: &Arc<Remembered>) {
        if !token.begin_to_wait() {
            return;
        }
        self.with_turn_of(token.hash(), |waiting| match waiting.entry(token.hash()) {
            Entry::Vacant(free) => drop(free.insert(Arc::clone(token))),
            Entry::Occupied(newer) => {
                token.end_to_wait();
                note(newer.get(), token.latest());
            }
        });
    }

    /// Writes uses, and answers which tokens are there, sorted.
    async fn record(&self, uses: Vec<SessionUse>) -> Result<Vec<TokenHash>, StoreError> {
        let written: Result<_, StoreError> = self
            .store
            .transact(move |tx| Ok(tx.sessions().record_uses(&uses)?))
            .await;
        let mut there = written?;
        there.sort_unstable();
        Ok(there)
    }

    fn with_turn_of<T>(&self, hash: TokenHash, change: impl FnOnce(&mut Waiting) -> T) -> T {
        // A turn is a range of hashes, and the database keeps rows in their order: what is written together lies together.
        let [high, low, ..] = *hash.as_bytes();
        let place = usize::from(u16::from_be_bytes([high, low]));
        let [first, ..] = &self.turns;
        let turn = self.turns.get((place * TURNS) >> 16).unwrap_or(first);
        change(&mut lock(turn))
    }
}

/// What came of writing a use.
fn settle(token: &Remembered, written: SessionUse, there: &[TokenHash]) {
    match there.binary_search(&token.hash()) {
        Ok(_) => token.stored(written),
        Err(_) => token.lost(),
    }
}

fn note(token: &Remembered, used: SessionUse) {
    token.note(used.used_at, used.extended_to);
}

fn lock(turn: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    // No panic can leave a map half changed here.
    turn.lock().unwrap_or_else(PoisonError::into_inner)
}
