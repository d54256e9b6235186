use std::time::Duration;

use crate::Timestamp;

/// Tells the time. The answering node's clock decides about expiry, never the database's.
pub trait Clock: Send + Sync {
    /// The time now, to the microsecond.
    fn now(&self) -> Timestamp;

    /// How long ago some moment of the past was, by a clock that nobody sets. It MUST NOT go back.
    fn running(&self) -> Duration;
}
