//! The sessions that were found live, and the rule by which memory answers.
//!
//! Memory may only say yes, and only while the last answered poll of the history was sent less than [`VALID_FOR`] ago. It
//! keeps an answer of the server only if that is at least as new as all that was followed: then whatever ends the session
//! later is still to be followed, and removes it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, UnitWeighter};
use uuid::Uuid;

use crate::ids::{SessionId, UserId};
use crate::secret::Token;
use crate::service::{Change, Changes, LiveSession, MOST_CHANGES, Position};

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

/// What was followed, and the tokens of each session. Sessions are inserted and removed only while it is locked; a hit
/// does not lock it.
#[derive(Default)]
struct Index {
    history: History,
    followed: Option<Position>,
    tokens: BTreeMap<(UserId, SessionId), Vec<Token>>,
}

/// How often everything was forgotten. Positions are compared within one history alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct History(u64);

/// Whether an answer of the server is at least as new as all that was followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Newness {
    /// It is: whatever changes it is still to be followed.
    Enough,
    /// A node that is behind may have answered, or everything was forgotten meanwhile.
    Unknown,
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
        self.index().history
    }

    /// How far the history was followed; `None` before the first poll.
    pub(super) fn followed(&self) -> Option<Position> {
        self.index().followed.clone()
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
        let key = (session.user.id, session.id);
        index.tokens.entry(key).or_default().push(token.clone());
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

    /// A poll that was sent at `sent` was answered. What it tells is removed, and memory may answer until [`VALID_FOR`]
    /// after `sent`.
    pub(super) fn apply(&self, answer: &Changes, sent: Duration) -> Told {
        let told = {
            let mut index = self.index();
            let told = match index.continues(answer) {
                true => {
                    self.remove_changed(&mut index, &answer.changes);
                    Told::Changes
                }
                false => {
                    self.remove_everything(&mut index);
                    Told::Everything
                }
            };
            index.followed = Some(answer.position.clone());
            told
        };
        // An answer with as many changes as it can hold may lack some.
        if answer.changes.len() < MOST_CHANGES {
            let until = sent.saturating_add(VALID_FOR).as_micros();
            let until = u64::try_from(until).unwrap_or(u64::MAX);
            self.valid_until.fetch_max(until, Ordering::Release);
        }
        told
    }

    fn remove_everything(&self, index: &mut Index) {
        index.history = History(index.history.0.wrapping_add(1));
        index.tokens.clear();
        self.by_token.clear();
    }

    fn remove_changed(&self, index: &mut Index, changes: &[Change]) {
        for change in changes {
            let range = match change.session {
                Some(session) => (change.user, session)..=(change.user, session),
                None => {
                    (change.user, SessionId(Uuid::nil()))..=(change.user, SessionId(Uuid::max()))
                }
            };
            for (_, tokens) in index.tokens.extract_if(range, |_, _| true) {
                for token in tokens {
                    self.by_token.remove(&token);
                }
            }
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
        self.index().tokens.values().map(Vec::len).sum()
    }
}

impl Index {
    fn newness(&self, asked_in: History, position: &Position) -> Newness {
        let is_enough = asked_in == self.history
            && self
                .followed
                .as_ref()
                .is_some_and(|followed| followed.number() <= position.number());
        match is_enough {
            true => Newness::Enough,
            false => Newness::Unknown,
        }
    }

    /// Whether an answer goes on from what was followed.
    fn continues(&self, answer: &Changes) -> bool {
        !answer.start_over
            && self
                .followed
                .as_ref()
                .is_some_and(|followed| followed.number() <= answer.position.number())
    }

    fn remove(&mut self, remembered: &Remembered) {
        let key = (remembered.session.user.id, remembered.session.id);
        if let Some(tokens) = self.tokens.get_mut(&key) {
            tokens.retain(|token| *token != remembered.token);
            if tokens.is_empty() {
                self.tokens.remove(&key);
            }
        }
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
