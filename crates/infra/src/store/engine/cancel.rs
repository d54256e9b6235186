//! Whether a unit of work may still commit.

use std::sync::atomic::{AtomicU8, Ordering};

const RUNNING: u8 = 0;
const COMMITTING: u8 = 1;
const CANCELLED: u8 = 2;

/// Cancellation flag shared by the task that waits for a unit of work and the thread that runs the work. Cancelled
/// work is not committed; once the commit has begun, the work cannot be cancelled.
#[derive(Default)]
pub(super) struct CancelFlag(AtomicU8);

impl CancelFlag {
    /// Cancels the work, unless its commit has begun. Returns whether it did.
    pub(super) fn cancel(&self) -> bool {
        self.change(RUNNING, CANCELLED)
    }

    /// Begins the commit, unless the work was cancelled. Returns whether it did. From then on the work cannot be
    /// cancelled.
    pub(super) fn begin_commit(&self) -> bool {
        self.change(RUNNING, COMMITTING)
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire) == CANCELLED
    }

    fn change(&self, from: u8, to: u8) -> bool {
        self.0
            .compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cancelled_does_not_commit() {
        let flag = CancelFlag::default();
        assert!(flag.cancel());
        assert!(flag.is_cancelled());
        assert!(!flag.begin_commit());
    }

    #[test]
    fn what_commits_cannot_be_cancelled() {
        let flag = CancelFlag::default();
        assert!(flag.begin_commit());
        assert!(!flag.cancel());
        assert!(!flag.is_cancelled());
    }
}
