//! Disks that fill up, are slow, read-only or broken.

mod failing;
mod small;

pub use failing::{DiskState, FailingDisk};
pub use small::SmallDisk;
pub(crate) use small::unmount_all_below;
