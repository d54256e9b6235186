//! How session checks were answered.

use std::sync::atomic::{AtomicU64, Ordering};

/// What answered a session check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answered {
    /// Memory: the token is live.
    FromMemory,
    /// The store: the token is live.
    FromStore,
    /// The store: the token is not live.
    Refused,
    /// Nothing, because the store failed.
    Failed,
}

/// Counts answers. It has a cache line of its own, because every check writes it.
#[derive(Debug, Default)]
#[repr(align(64))]
pub(super) struct Answers {
    from_memory: AtomicU64,
    from_store: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
}

/// How many session checks were answered how, since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CheckCounts {
    /// Tokens that memory said are live.
    pub from_memory: u64,
    /// Tokens that the store said are live.
    pub from_store: u64,
    /// Tokens that the store said are not live.
    pub refused: u64,
    /// Tokens that the store said nothing of, because it failed.
    pub failed: u64,
}

impl Answers {
    /// Counts so many answers.
    pub(super) fn count(&self, answered: Answered, answers: usize) {
        let counter = match answered {
            Answered::FromMemory => &self.from_memory,
            Answered::FromStore => &self.from_store,
            Answered::Refused => &self.refused,
            Answered::Failed => &self.failed,
        };
        let answers = u64::try_from(answers).unwrap_or(u64::MAX);
        counter.fetch_add(answers, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> CheckCounts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CheckCounts {
            from_memory: read(&self.from_memory),
            from_store: read(&self.from_store),
            refused: read(&self.refused),
            failed: read(&self.failed),
        }
    }
}
