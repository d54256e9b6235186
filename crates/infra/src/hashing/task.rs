//! A piece of work, and whoever waits for it.

use tokio::sync::oneshot;

use super::pool::Busy;

/// Work for a thread with a state `S`.
pub(super) trait Task<S>: Send {
    /// Whether nobody waits any more.
    fn is_abandoned(&self) -> bool;
    /// Tells whoever waits that it is not done.
    fn turn_away(self: Box<Self>, busy: Busy);
    /// Does it, and answers whoever waits.
    fn run(self: Box<Self>, state: &mut S);
}

/// Work that somebody waits for.
pub(super) struct Asked<F, T> {
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

    fn run(self: Box<Self>, state: &mut S) {
        let outcome = (self.work)(state);
        // Likewise.
        let _ = self.answer.send(Ok(outcome));
    }
}
