//! Cancels units of work that have not begun to commit.

use std::sync::atomic::{AtomicU8, Ordering};

const RUNNING: u8 = 0;
const COMMITTING: u8 = 1;
const CANCELLED: u8 = 2;

/// The cancellation flag of a unit of work. The task that waits for the work and the thread that runs it share the
/// flag. Cancelled work is not committed; once the commit has begun, the work cannot be cancelled.
#[derive(Default)]
pub(super) struct CancelFlag(AtomicU8);

/// Whether [`CancelFlag::cancel`] has cancelled the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cancelled {
    Yes,
    /// The commit had begun.
    TooLate,
}

/// Whether the thread that runs the work may commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MayCommit {
    Yes,
    /// The work was cancelled.
    No,
}

impl CancelFlag {
    /// Cancels the work, unless its commit has begun.
    pub(super) fn cancel(&self) -> Cancelled {
        match self.leave_running(CANCELLED) {
            Ok(_) => Cancelled::Yes,
            Err(_) => Cancelled::TooLate,
        }
    }

    /// Begins the commit, unless the work was cancelled. From then on the work cannot be cancelled.
    pub(super) fn begin_commit(&self) -> MayCommit {
        match self.leave_running(COMMITTING) {
            Ok(_) => MayCommit::Yes,
            Err(_) => MayCommit::No,
        }
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire) == CANCELLED
    }

    fn leave_running(&self, to: u8) -> Result<u8, u8> {
        self.0
            .compare_exchange(RUNNING, to, Ordering::AcqRel, Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cancelled_does_not_commit() {
        let flag = CancelFlag::default();
        assert_eq!(flag.cancel(), Cancelled::Yes);
        assert!(flag.is_cancelled());
        assert_eq!(flag.begin_commit(), MayCommit::No);
    }

    #[test]
    fn what_commits_cannot_be_cancelled() {
        let flag = CancelFlag::default();
        assert_eq!(flag.begin_commit(), MayCommit::Yes);
        assert_eq!(flag.cancel(), Cancelled::TooLate);
        assert!(!flag.is_cancelled());
    }
}
