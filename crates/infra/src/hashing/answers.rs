//! Answers that wait to be given together.
//!
//! A hash throws everything else out of the processor's caches: what is left to do of a login, the request, the
//! transaction and the kernel's part in both, is read from memory again. Of logins that follow one another at once only
//! the first is slow. So where many wait, what has been done waits for the next, by a quarter of what it had waited anyway.

use std::mem::take;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

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
    ///
    /// Several of one runtime are given by it: it wakes once, and then deals with all of them. Given from here, it would
    /// wake for each, and this thread, which goes last, would wait for it each time.
    pub(super) fn give(&mut self) {
        self.due = None;
        let mut left = take(&mut self.held);
        while let Some(first) = left.first() {
            let runtime = first.runtime.clone();
            let id = runtime.as_ref().map(Handle::id);
            let is_its = |answer: &Answer| answer.runtime.as_ref().map(Handle::id) == id;
            let (its, others) = left.into_iter().partition(is_its);
            left = others;
            let together = Together(its);
            match runtime {
                Some(runtime) if together.0.len() > 1 => {
                    runtime.spawn(async move { drop(together) });
                }
                Some(_) | None => drop(together),
            }
        }
    }
}

/// Answers that are given when it is dropped, so that a runtime that ends before it comes to them loses none.
struct Together(Vec<Answer>);

impl Drop for Together {
    fn drop(&mut self) {
        for answer in self.0.drain(..) {
            (answer.give)();
        }
    }
}
