//! The disk that a database or a log is on.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use azuma_tests::disk::{DiskState, FailingDisk, SmallDisk};
use azuma_tests::fault::Fault;
use fastrand::Rng;

use super::super::strike::{Part, Strike};

/// How long an fsync of a slow disk takes.
const SLOW: Duration = Duration::from_secs(2);

/// A disk that fills up, and fails for the processes that know of it.
#[derive(Clone)]
pub struct Disk {
    small: Arc<SmallDisk>,
    failing: FailingDisk,
}

impl Disk {
    pub fn mount() -> Self {
        let small = SmallDisk::mount();
        Self {
            failing: FailingDisk::of(small.path()),
            small: Arc::new(small),
        }
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        self.small.path()
    }

    /// It as one that fills up.
    pub fn small(&self) -> &SmallDisk {
        &self.small
    }

    /// What the processes that write to it must know.
    pub fn failing(&self) -> &FailingDisk {
        &self.failing
    }

    /// It is full, slow, read-only or broken. Before it fills up, `shrink` gives back what it can.
    pub fn any_strike(
        &self,
        part: Part,
        rng: &mut Rng,
        shrink: impl FnOnce() + Send + 'static,
    ) -> Strike {
        let how = match rng.u8(0..5) {
            0..2 => {
                let small = Arc::clone(&self.small);
                return Strike::new("the disk is full", part, move || {
                    shrink();
                    small.fill()
                });
            }
            2 => DiskState::Slow(SLOW),
            3 => DiskState::ReadOnly,
            _ => DiskState::Broken,
        };
        let failing = self.failing.clone();
        Strike::new(format!("the disk is {how:?}"), part, move || -> Fault {
            failing.fail(how)
        })
    }
}
