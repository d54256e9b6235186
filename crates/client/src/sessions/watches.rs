//! The sessions that somebody wants to know the end of.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use uuid::Uuid;

use super::asker::{Found, Live};
use super::index::Newness;
use super::memory::Told;
use crate::ids::{SessionId, UserId};
use crate::secret::Token;
use crate::service::{Change, Kind};

/// How often the server is asked for a watched session that no change has told of.
const CONFIRM_EVERY: Duration = Duration::from_mins(1);

/// What is known of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It was live less than 5 s ago.
    Live,
    /// It may have ended: the server is being asked, or does not answer. It becomes one of the others once it does.
    Unknown,
    /// It has ended, and stays so.
    Ended,
}

/// A watch, by the order in which they began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WatchId(u64);

pub(super) type Key = (UserId, SessionId, WatchId);

/// All watches.
#[derive(Default)]
pub(super) struct Watches {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    next: u64,
    watched: BTreeMap<Key, Watched>,
}

struct Watched {
    token: Token,
    /// When the token expires, by [`Clock::running`](super::clock::Clock::running), as far as is known.
    expires: Duration,
    /// How often something was told after which the session may have ended.
    doubts: Doubts,
    /// How many of these the server has answered.
    answered: Doubts,
    /// When the server last said that the token is live, by the same clock.
    confirmed: Duration,
    /// Whether the session may have got another token since. The server no longer says of the watched one whether the session
    /// lives.
    is_replaced: bool,
    state: watch::Sender<State>,
}

/// A number of doubts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Doubts(u64);

/// A watched session that is to be asked for.
pub(super) struct ToAsk {
    pub(super) token: Token,
    key: Key,
    doubts: Doubts,
}

/// Whether the history is being followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Following {
    /// It is, and was until less than three seconds ago.
    UpToDate,
    /// The server has not answered.
    Lapsed,
}

impl Watched {
    fn is_in_doubt(&self) -> bool {
        self.answered < self.doubts
    }

    /// Not every end is a change: a shorter `sessions.absolute` ends sessions, and so does a database that is put back.
    fn is_to_be_asked(&self, now: Duration) -> bool {
        let is_unconfirmed =
            !self.is_replaced && self.confirmed.saturating_add(CONFIRM_EVERY) <= now;
        *self.state.borrow() != State::Ended && (self.is_in_doubt() || is_unconfirmed)
    }

    /// Whether nothing but the end of its token speaks against the session. A replaced token ends, and the session lives on.
    fn is_expired(&self, now: Duration) -> bool {
        self.expires <= now && !self.is_replaced && !self.is_in_doubt()
    }

    fn doubt(&mut self) {
        self.doubts = Doubts(self.doubts.0.saturating_add(1));
        self.turn(State::Unknown);
    }

    fn settle(&self, following: Following) {
        self.turn(match (self.is_in_doubt(), following) {
            (false, Following::UpToDate) => State::Live,
            (true, _) | (_, Following::Lapsed) => State::Unknown,
        });
    }

    fn turn(&self, state: State) {
        self.state.send_if_modified(|current| {
            let is_new = *current != State::Ended && *current != state;
            if is_new {
                *current = state;
            }
            is_new
        });
    }
}

impl Watches {
    /// Begins to watch a session that was found live.
    pub(super) fn begin(
        &self,
        token: &Token,
        live: &Live,
        now: Duration,
    ) -> (Key, watch::Receiver<State>) {
        let state = watch::Sender::new(State::Live);
        let receiver = state.subscribe();
        let mut inner = self.inner();
        let key = (live.session.user.id, live.session.id, WatchId(inner.next));
        inner.next += 1;
        let watched = Watched {
            token: token.clone(),
            expires: live.expires,
            doubts: Doubts::default(),
            answered: Doubts::default(),
            confirmed: now,
            is_replaced: false,
            state,
        };
        inner.watched.insert(key, watched);
        (key, receiver)
    }

    /// Ends a watch.
    pub(super) fn end(&self, key: Key) {
        self.inner().watched.remove(&key);
    }

    /// What an answered poll told.
    pub(super) fn apply(&self, told: Told, changes: &[Change]) {
        let mut inner = self.inner();
        match told {
            Told::Everything => inner.watched.values_mut().for_each(Watched::doubt),
            Told::Changes => {
                for change in changes {
                    apply(&mut inner, change);
                }
            }
        }
    }

    /// Brings every watch up to date. Tokens that have expired since, as far as is known, are asked for again.
    pub(super) fn tick(&self, following: Following, now: Duration) {
        for watched in self.inner().watched.values_mut() {
            // Until the history is followed again, a new token may not have been told.
            if following == Following::UpToDate && watched.is_expired(now) {
                watched.doubt();
            }
            watched.settle(following);
        }
    }

    /// The sessions that are to be asked for: those in doubt, and those that the server has said nothing about for
    /// [`CONFIRM_EVERY`].
    pub(super) fn to_ask(&self, now: Duration) -> Vec<ToAsk> {
        self.inner()
            .watched
            .iter()
            .filter(|(_, watched)| watched.is_to_be_asked(now))
            .map(|(key, watched)| ToAsk {
                token: watched.token.clone(),
                key: *key,
                doubts: watched.doubts,
            })
            .collect()
    }

    /// What the server said of a session that was asked for. What was told since it was asked is still in doubt.
    pub(super) fn answered(
        &self,
        asked: &ToAsk,
        found: &Found,
        following: Following,
        now: Duration,
    ) {
        let mut inner = self.inner();
        let Some(watched) = inner.watched.get_mut(&asked.key) else {
            return;
        };
        match (&found.live, found.newness) {
            // The session got another token while it was asked for by this one.
            (None, _) if watched.is_replaced && !watched.is_in_doubt() => {}
            (None, _) => watched.turn(State::Ended),
            (Some(live), Newness::Enough) => {
                watched.expires = live.expires;
                watched.answered = asked.doubts;
                watched.confirmed = now;
                watched.settle(following);
            }
            // Asked again.
            (Some(_), Newness::Unknown) => {}
        }
    }

    /// Something makes it doubtful whether a watched session lives.
    pub(super) fn put_in_doubt(&self, key: Key) {
        if let Some(watched) = self.inner().watched.get_mut(&key) {
            watched.doubt();
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // No panic can leave it inconsistent.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn apply(inner: &mut Inner, change: &Change) {
    let (first, last) = match change.session {
        Some(session) => (session, session),
        None => (SessionId(Uuid::nil()), SessionId(Uuid::max())),
    };
    let range = (change.user, first, WatchId(0))..=(change.user, last, WatchId(u64::MAX));
    for (_, watched) in inner.watched.range_mut(range) {
        match (change.kind, change.session) {
            (Kind::SessionEnded, Some(_)) | (Kind::UserDisabled | Kind::UserDeleted, _) => {
                watched.turn(State::Ended);
            }
            // The session lives on, under another token.
            (Kind::SessionChanged, Some(_)) => watched.is_replaced = true,
            // With another name, for one.
            (Kind::UserChanged, _) => {}
            (
                Kind::SessionEnded | Kind::SessionChanged | Kind::SessionsEnded | Kind::Changed,
                _,
            ) => watched.doubt(),
        }
    }
}
