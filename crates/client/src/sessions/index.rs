//! What was followed, and the tokens of each session in memory.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::memory::Remembered;
use crate::ids::{SessionId, UserId};
use crate::secret::Token;
use crate::service::{Change, Changes, LiveSession, Position};

/// What was followed, and the tokens of each session. Sessions are inserted and removed only while it is locked; a hit
/// does not lock it.
#[derive(Default)]
pub(super) struct Index {
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

impl Index {
    pub(super) fn history(&self) -> History {
        self.history
    }

    pub(super) fn followed(&self) -> Option<&Position> {
        self.followed.as_ref()
    }

    pub(super) fn newness(&self, asked_in: History, position: &Position) -> Newness {
        match asked_in == self.history && self.is_followed_to(position) {
            true => Newness::Enough,
            false => Newness::Unknown,
        }
    }

    /// Whether an answer goes on from what was followed.
    pub(super) fn continues(&self, answer: &Changes) -> bool {
        !answer.start_over && self.is_followed_to(&answer.position)
    }

    /// Whether something was followed, and nothing beyond `position`.
    fn is_followed_to(&self, position: &Position) -> bool {
        self.followed
            .as_ref()
            .is_some_and(|followed| followed.number() <= position.number())
    }

    /// Everything up to `position` was followed.
    pub(super) fn follow(&mut self, position: Position) {
        self.followed = Some(position);
    }

    pub(super) fn insert(&mut self, session: &LiveSession, token: Token) {
        let key = (session.user.id, session.id);
        self.tokens.entry(key).or_default().push(token);
    }

    pub(super) fn remove(&mut self, remembered: &Remembered) {
        let key = (remembered.session.user.id, remembered.session.id);
        if let Some(tokens) = self.tokens.get_mut(&key) {
            tokens.retain(|token| *token != remembered.token);
            if tokens.is_empty() {
                self.tokens.remove(&key);
            }
        }
    }

    /// Removes the tokens of what has changed, and answers them.
    pub(super) fn remove_changed(&mut self, changes: &[Change]) -> Vec<Token> {
        let mut removed = Vec::new();
        for change in changes {
            let range = match change.session {
                Some(session) => (change.user, session)..=(change.user, session),
                None => {
                    (change.user, SessionId(Uuid::nil()))..=(change.user, SessionId(Uuid::max()))
                }
            };
            let changed = self.tokens.extract_if(range, |_, _| true);
            removed.extend(changed.flat_map(|(_, tokens)| tokens));
        }
        removed
    }

    /// Removes all tokens, and begins another history.
    pub(super) fn remove_everything(&mut self) {
        self.history = History(self.history.0.wrapping_add(1));
        self.tokens.clear();
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.tokens.values().map(Vec::len).sum()
    }
}
