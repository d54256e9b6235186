use crate::Timestamp;

/// Tells the time. The answering node's clock decides about expiry, never the database's.
pub trait Clock: Send + Sync {
    /// The time now, to the microsecond.
    fn now(&self) -> Timestamp;
}
