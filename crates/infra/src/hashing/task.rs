//! Work in the queue, and the receiver of its result.

use tokio::sync::oneshot;

use super::pool::Overloaded;

/// Work for a thread that has a state `S`.
pub(super) trait Task<S>: Send {
    /// Whether the receiver was dropped.
    fn is_abandoned(&self) -> bool;
    /// Sends [`Overloaded`] instead of a result.
    fn reject(self: Box<Self>, overloaded: Overloaded);
    /// Does the work and sends its result.
    fn run(self: Box<Self>, state: &mut S);
}

/// Work whose result a receiver waits for.
pub(super) struct AwaitedWork<F, T> {
    pub(super) work: F,
    pub(super) answer: oneshot::Sender<Result<T, Overloaded>>,
}

impl<S, T, F> Task<S> for AwaitedWork<F, T>
where
    T: Send + 'static,
    F: FnOnce(&mut S) -> T + Send,
{
    fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }

    fn reject(self: Box<Self>, overloaded: Overloaded) {
        // The receiver may have been dropped meanwhile.
        let _ = self.answer.send(Err(overloaded));
    }

    fn run(self: Box<Self>, state: &mut S) {
        let outcome = (self.work)(state);
        // The receiver may have been dropped meanwhile.
        let _ = self.answer.send(Ok(outcome));
    }
}
