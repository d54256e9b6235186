//! A piece of work, and whoever waits for it.

use std::time::Instant;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::pool::Busy;

/// Work for a thread with a state `S`.
pub(super) trait Task<S>: Send {
    /// Whether nobody waits any more.
    fn is_abandoned(&self) -> bool;
    /// Tells whoever waits that it is not done.
    fn turn_away(self: Box<Self>, busy: Busy);
    /// Does it. The answer is yet to be given; `None` where nobody waits for one.
    fn run(self: Box<Self>, state: &mut S) -> Option<Answer>;
}

/// What somebody waits for, ready to be given.
pub(super) struct Answer {
    /// When it was asked for.
    pub(super) asked: Instant,
    /// Where it was asked for.
    pub(super) runtime: Option<Handle>,
    /// Gives it.
    pub(super) give: Box<dyn FnOnce() + Send>,
}

/// Work that somebody waits for.
pub(super) struct Asked<F, T> {
    pub(super) at: Instant,
    pub(super) runtime: Option<Handle>,
    pub(super) work: F,
    pub(super) answer: oneshot::Sender<Result<T, Busy>>,
}

impl<S, T, F> Task<S> for Asked<F, T>
where
    T: Send + 'static,
    F: FnOnce(&mut S) -> T + Send,
{
    fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }

    fn turn_away(self: Box<Self>, busy: Busy) {
        // Whoever asked may have gone meanwhile.
        let _ = self.answer.send(Err(busy));
    }

    fn run(self: Box<Self>, state: &mut S) -> Option<Answer> {
        let Self {
            at,
            runtime,
            work,
            answer,
        } = *self;
        let outcome = work(state);
        Some(Answer {
            asked: at,
            runtime,
            give: Box::new(move || {
                // Whoever asked may have gone meanwhile.
                let _ = answer.send(Ok(outcome));
            }),
        })
    }
}

/// Work that nobody waits for.
pub(super) struct Rehearsal<F>(pub(super) F);

impl<S, F: FnOnce(&mut S) + Send> Task<S> for Rehearsal<F> {
    fn is_abandoned(&self) -> bool {
        false
    }

    fn turn_away(self: Box<Self>, _: Busy) {}

    fn run(self: Box<Self>, state: &mut S) -> Option<Answer> {
        (self.0)(state);
        None
    }
}
