//! A directory whose disk fails for some processes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::fault::Fault;
use crate::preloaded::{Library, State};

static LIBRARY: Library = Library::of("disk/failing.c");

/// A directory. For processes in whose environment [`FailingDisk::environment`] is, its disk is as it is told to be.
#[derive(Clone, Debug)]
pub struct FailingDisk {
    directory: PathBuf,
    state: State,
}

/// How a disk fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskState {
    /// Each fsync takes so long.
    Slow(Duration),
    /// It is mounted read-only: EROFS.
    ReadOnly,
    /// It has no room: ENOSPC.
    Full,
    /// Nothing can be written: EIO.
    Broken,
}

impl FailingDisk {
    /// The disk of this directory, which works.
    pub fn of(directory: &Path) -> Self {
        let directory = directory.canonicalize().expect("the directory is there");
        Self {
            directory,
            state: State::new("."),
        }
    }

    /// The variables that a process needs in its environment.
    pub fn environment(&self) -> [(&'static str, String); 3] {
        [
            ("LD_PRELOAD", LIBRARY.path()),
            ("TESTED_DISK", self.directory.display().to_string()),
            ("TESTED_DISK_STATE", self.state.path()),
        ]
    }

    /// Has it fail.
    pub fn fail(&self, how: DiskState) -> Fault {
        match how {
            DiskState::Slow(span) => self.state.set(&format!("s{}", span.as_millis())),
            DiskState::ReadOnly => self.state.set("r"),
            DiskState::Full => self.state.set("f"),
            DiskState::Broken => self.state.set("e"),
        }
        let disk = self.clone();
        Fault::begun(move || disk.state.set("."))
    }
}
