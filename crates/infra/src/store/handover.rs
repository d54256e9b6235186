//! Who waits for a unit of work, and who runs it: whether it has begun, and whether it may still commit.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use azuma_domain::ports::StoreError;
use tokio::time::Instant;

/// Why a unit of work was waited for in vain.
pub(super) const TOO_MANY: &str = "too many units of work are waiting";
const TOO_LONG: &str = "the database takes too long";
pub(super) const UNKNOWN: &str = "the commit takes too long, and may have happened";

pub(super) fn unavailable(reason: &'static str) -> StoreError {
    StoreError::Unavailable(reason.into())
}

/// Settles between the one who waits for a unit of work and the thread that runs it whether it begins, and whether it
/// may still commit. Once the one has given up, the other does not begin it, and commits it no more.
#[derive(Default)]
pub(super) struct Handover {
    state: AtomicU8,
    began: OnceLock<Instant>,
}

const IN_LINE: u8 = 0;
const RUNNING: u8 = 1;
const COMMITTING: u8 = 2;
const GIVEN_UP: u8 = 3;

impl Handover {
    /// Says that its turn has come, and answers since when; `None` where it was given up. The first call counts.
    pub(super) fn begin(&self) -> Option<Instant> {
        let began = *self.began.get_or_init(Instant::now);
        self.change(IN_LINE, RUNNING);
        (!self.was_given_up()).then_some(began)
    }

    /// Since when it has its turn.
    pub(super) fn began(&self) -> Option<Instant> {
        self.began.get().copied()
    }

    /// Gives up its turn; answers whether that was in time to prevent that it begins.
    pub(super) fn leave_line(&self) -> bool {
        self.change(IN_LINE, GIVEN_UP)
    }

    /// Gives up what has begun; answers whether that was in time to prevent the commit.
    pub(super) fn give_up(&self) -> bool {
        self.change(RUNNING, GIVEN_UP)
    }

    /// Gives up what took too long, and answers what that means.
    pub(super) fn took_too_long(&self) -> StoreError {
        unavailable(if self.give_up() { TOO_LONG } else { UNKNOWN })
    }

    pub(super) fn was_given_up(&self) -> bool {
        self.state.load(Ordering::Acquire) == GIVEN_UP
    }

    /// Answers whether nobody gave up. From then on nobody can.
    pub(super) fn may_commit(&self) -> bool {
        self.change(RUNNING, COMMITTING)
    }

    fn change(&self, from: u8, to: u8) -> bool {
        self.state
            .compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }
}
