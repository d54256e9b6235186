//! A piece of work and the receiver of its result.

use tokio::sync::oneshot;

use super::pool::Busy;

/// Work for a thread with a state `S`.
pub(super) trait Task<S>: Send {
    /// Whether the receiver was dropped.
    fn is_abandoned(&self) -> bool;
    /// Sends [`Busy`] in place of a result.
    fn turn_away(self: Box<Self>, busy: Busy);
    /// Does the work and sends its result.
    fn run(self: Box<Self>, state: &mut S);
}

/// Work whose result a receiver waits for.
pub(super) struct AwaitedWork<F, T> {
    pub(super) work: F,
    pub(super) answer: oneshot::Sender<Result<T, Busy>>,
}

impl<S, T, F> Task<S> for AwaitedWork<F, T>
where
    T: Send + 'static,
    F: FnOnce(&mut S) -> T + Send,
{
    fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }

    fn turn_away(self: Box<Self>, busy: Busy) {
        // The receiver may have been dropped meanwhile.
        let _ = self.answer.send(Err(busy));
    }

    fn run(self: Box<Self>, state: &mut S) {
        let outcome = (self.work)(state);
        // The receiver may have been dropped meanwhile.
        let _ = self.answer.send(Ok(outcome));
    }
}
