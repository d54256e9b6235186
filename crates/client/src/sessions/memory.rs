//! The sessions that were found live, and the rule by which memory answers.
//!
//! Memory may only say yes, and only while the last answered poll of the history was sent less than [`VALID_FOR`] ago. It
//! keeps an answer of the server only if that is at least as new as all that was followed: then whatever ends the session
//! later is still to be followed, and removes it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, UnitWeighter};

use super::index::{History, Index, Newness};
use crate::secret::Token;
use crate::service::{Changes, LiveSession, MOST_CHANGES, Position};

/// How long memory answers after a poll was sent. A poll's answer may be a second older than its sending.
pub(super) const VALID_FOR: Duration = Duration::from_secs(3);
/// With less than this left, a token is not kept. Uses of what is kept are reported once a minute, and so before the
/// token expires; and the clocks' rounding does not matter.
const LEFT_AT_LEAST: Duration = Duration::from_mins(2);

/// A session in memory, under one of its tokens.
pub(super) struct Remembered {
    pub(super) token: Token,
    pub(super) session: Arc<LiveSession>,
    /// By [`Clock::running`](super::clock::Clock::running): not to be answered from then on.
    until: Duration,
    /// Whether it was used since its uses were last taken.
    is_used: AtomicBool,
}

/// Everything that is remembered.
pub(super) struct Memory {
    by_token: Cache<Token, Arc<Remembered>, UnitWeighter, DefaultHashBuilder, ListEvicted>,
    /// By [`Clock::running`](super::clock::Clock::running), in microseconds: memory does not answer from then on.
    valid_until: AtomicU64,
    index: Mutex<Index>,
    /// The tokens that were used since uses were last taken; twice as many as there is room for in memory at most.
    used: Mutex<BTreeSet<Token>>,
    most_used: usize,
}

/// What an answered poll told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Its changes, and no others.
    Changes,
    /// Nothing: what happened cannot be told.
    Everything,
}

impl Memory {
    /// A memory for `most` tokens. Its shards are never equally full, so the capacity is 5 % more.
    pub(super) fn with_room_for(most: usize) -> Self {
        let weight = u64::try_from(most).unwrap_or(u64::MAX);
        let by_token = Cache::with(
            most,
            weight.saturating_add(weight / 20),
            UnitWeighter,
            DefaultHashBuilder::default(),
            ListEvicted,
        );
        Self {
            by_token,
            valid_until: AtomicU64::new(0),
            index: Mutex::default(),
            used: Mutex::default(),
            most_used: most.saturating_mul(2),
        }
    }

    /// Whether memory may answer at `now`. Ask this before a lookup: after it, what was found may be gone meanwhile.
    pub(super) fn is_valid(&self, now: Duration) -> bool {
        now < Duration::from_micros(self.valid_until.load(Ordering::Acquire))
    }

    /// The token's session, if memory may say that it is live.
    pub(super) fn get(&self, token: &Token, now: Duration) -> Option<Arc<Remembered>> {
        if !self.is_valid(now) {
            return None;
        }
        self.by_token
            .get(token)
            .filter(|remembered| now < remembered.until)
    }

    /// Records a use, which [`take_uses`](Self::take_uses) will tell.
    pub(super) fn record_use(&self, remembered: &Remembered) {
        // Most uses find the flag set, and need no write to memory.
        if remembered.is_used.load(Ordering::Relaxed)
            || remembered.is_used.swap(true, Ordering::Relaxed)
        {
            return;
        }
        let mut used = self.used();
        match used.len() < self.most_used {
            true => {
                used.insert(remembered.token.clone());
            }
            // A later use is recorded.
            false => remembered.is_used.store(false, Ordering::Relaxed),
        }
    }

    /// The tokens that were used since this was last called.
    pub(super) fn take_uses(&self) -> Vec<Token> {
        let used = std::mem::take(&mut *self.used());
        for token in &used {
            if let Some(remembered) = self.by_token.get(token) {
                remembered.is_used.store(false, Ordering::Relaxed);
            }
        }
        used.into_iter().collect()
    }

    /// Takes back uses that could not be told.
    pub(super) fn return_uses(&self, tokens: &[Token]) {
        let mut used = self.used();
        let room = self.most_used.saturating_sub(used.len());
        used.extend(tokens.iter().take(room).cloned());
    }

    /// What to compare when an answer to a question that is sent now has come.
    pub(super) fn history(&self) -> History {
        self.index().history()
    }

    /// How far the history was followed; `None` before the first poll.
    pub(super) fn followed(&self) -> Option<Position> {
        self.index().followed().cloned()
    }

    /// The server said at `position` that a token is live and has so much left. It is kept if that is new enough, and the
    /// token has long enough left.
    pub(super) fn remember(
        &self,
        asked_in: History,
        position: &Position,
        token: &Token,
        session: &Arc<LiveSession>,
        expires: Duration,
        now: Duration,
    ) -> Newness {
        let until = expires.saturating_sub(LEFT_AT_LEAST);
        let mut index = self.index();
        let newness = index.newness(asked_in, position);
        self.forget_token(&mut index, token);
        if newness == Newness::Unknown || until <= now {
            return newness;
        }
        let remembered = Arc::new(Remembered {
            token: token.clone(),
            session: Arc::clone(session),
            until,
            is_used: AtomicBool::new(false),
        });
        index.insert(session, token.clone());
        let mut evicted = Vec::new();
        self.by_token
            .insert_with_lifecycle(token.clone(), remembered, &mut evicted);
        for remembered in evicted {
            index.remove(&remembered);
        }
        newness
    }

    /// The server said at `position` that a token is not live.
    pub(super) fn forget(&self, asked_in: History, position: &Position, token: &Token) -> Newness {
        let mut index = self.index();
        self.forget_token(&mut index, token);
        index.newness(asked_in, position)
    }

    fn forget_token(&self, index: &mut Index, token: &Token) {
        if let Some((_, remembered)) = self.by_token.remove(token) {
            index.remove(&remembered);
        }
    }

    /// A poll was answered. What it tells is removed. Whoever watches sessions is to be told before [`extend`](Self::extend).
    pub(super) fn apply(&self, answer: &Changes) -> Told {
        let mut index = self.index();
        let told = match index.continues(answer) {
            true => {
                for token in index.remove_changed(&answer.changes) {
                    self.by_token.remove(&token);
                }
                Told::Changes
            }
            false => {
                index.remove_everything();
                self.by_token.clear();
                Told::Everything
            }
        };
        index.follow(answer.position.clone());
        told
    }

    /// What a poll told that was sent at `sent` was applied: memory may answer until [`VALID_FOR`] after that.
    pub(super) fn extend(&self, answer: &Changes, sent: Duration) {
        // An answer with as many changes as it can hold may lack some.
        if answer.changes.len() < MOST_CHANGES {
            let until = sent.saturating_add(VALID_FOR).as_micros();
            let until = u64::try_from(until).unwrap_or(u64::MAX);
            self.valid_until.fetch_max(until, Ordering::Release);
        }
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        // No panic can leave the index inconsistent.
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn used(&self) -> MutexGuard<'_, BTreeSet<Token>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn indexed(&self) -> usize {
        self.index().count()
    }
}

/// Lists which sessions were evicted to make room.
#[derive(Clone)]
struct ListEvicted;

impl Lifecycle<Token, Arc<Remembered>> for ListEvicted {
    type RequestState = Vec<Arc<Remembered>>;

    fn on_evict(&self, evicted: &mut Self::RequestState, _: Token, remembered: Arc<Remembered>) {
        evicted.push(remembered);
    }
}
