use std::time::Duration;

use crate::Timestamp;

/// Tells the time. Expiry is decided by the clock of the node that answers, never by the database's.
pub trait Clock: Send + Sync {
    /// The time now, in whole microseconds.
    fn now(&self) -> Timestamp;

    /// The time since a fixed moment in the past, by a clock that nobody can set. It MUST NOT go back.
    fn running(&self) -> Duration;
}
