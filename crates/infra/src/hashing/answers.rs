//! Answers that wait to be given together.
//!
//! A hash throws everything else out of the processor's caches: what is left to do of a login, the request, the
//! transaction and the kernel's part in both, is read from memory again. Of logins that follow one another at once only
//! the first is slow. So where many wait, what has been done waits for the next, by a quarter of what it had waited anyway.

use std::time::{Duration, Instant};

use super::task::Answer;

/// How many are given together at the most. More would hold up the session checks that come just then.
const MOST: usize = 4;
/// What part of its wait an answer may come late by.
const PART: u32 = 4;

/// What a thread has done and not told yet.
#[derive(Default)]
pub(super) struct Answers {
    held: Vec<Answer>,
    /// When the first of them comes too late.
    due: Option<Instant>,
}

impl Answers {
    /// Holds back an answer to what has just been done.
    pub(super) fn hold(&mut self, answer: Answer, now: Instant) {
        let due = now + now.saturating_duration_since(answer.asked) / PART;
        self.due = Some(self.due.map_or(due, |earlier| earlier.min(due)));
        self.held.push(answer);
    }

    /// Gives them all where there are enough, or where one would come too late if the next, which takes so long, were
    /// waited for.
    pub(super) fn give_due(&mut self, now: Instant, next: Duration) {
        let late = self.due.is_some_and(|due| due < now + next);
        if late || self.held.len() >= MOST {
            self.give();
        }
    }

    /// Gives them all, in the order they were done.
    pub(super) fn give(&mut self) {
        self.due = None;
        for answer in self.held.drain(..) {
            (answer.give)();
        }
    }
}
