use super::{BoxFuture, HistoryPosition, Invalidation};

/// A part of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    /// The invalidations, in order, but for each [`Cause::Probe`](super::Cause::Probe).
    pub changes: Vec<Invalidation>,
    /// The position from where to read on: all before it are among the changes, or came before the page.
    pub end: HistoryPosition,
}

/// What a node has read of the history of invalidations, for those who follow it.
///
/// A node reads the history at intervals. It MUST have dropped from its session cache what an invalidation names before it shows
/// the invalidation here.
pub trait ChangeHistory: Send + Sync {
    /// The end of what was read; `None` before anything was.
    fn end(&self) -> Option<HistoryPosition>;

    /// Whether the node knows the history as it was within the last second: whether it has an answer to a question that it sent to the
    /// database so lately.
    fn is_current(&self) -> bool;

    /// The changes after `place`, at most `limit`; `None` if `place` is not known: it is too old, not read yet, or of another history.
    fn after(&self, place: HistoryPosition, limit: usize) -> Option<HistoryPage>;

    /// Is ready once the end is not `known`.
    fn moved_on(&self, known: HistoryPosition) -> BoxFuture<'static, ()>;

    /// Is ready once a question that was sent to the database after this call is answered, or a second has passed.
    fn asked_again(&self) -> BoxFuture<'static, ()>;
}
