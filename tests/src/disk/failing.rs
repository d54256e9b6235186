//! A directory whose disk fails for some processes.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::fault::Fault;
use crate::scratch;

/// What stands between a process and the disk. It says what it does.
const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/disk/failing.c");
/// As long as any state that is written down.
const LENGTH: usize = 16;

/// A directory. For processes in whose environment [`FailingDisk::environment`] is, its disk is as it is told to be.
#[derive(Clone, Debug)]
pub struct FailingDisk {
    directory: PathBuf,
    state_file: PathBuf,
    state: Arc<File>,
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
        let state_file = scratch::fresh_directory("disk-state").join("state");
        let mut options = OpenOptions::new();
        let state = options.write(true).create_new(true).open(&state_file);
        let disk = Self {
            directory,
            state_file,
            state: Arc::new(state.expect("a new file")),
        };
        disk.write(".");
        disk
    }

    /// The variables that a process needs in its environment.
    pub fn environment(&self) -> [(&'static str, String); 3] {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        [
            ("LD_PRELOAD", text(library())),
            ("TESTED_DISK", text(&self.directory)),
            ("TESTED_DISK_STATE", text(&self.state_file)),
        ]
    }

    /// Has it fail.
    pub fn fail(&self, how: DiskState) -> Fault {
        match how {
            DiskState::Slow(span) => self.write(&format!("s{}", span.as_millis())),
            DiskState::ReadOnly => self.write("r"),
            DiskState::Full => self.write("f"),
            DiskState::Broken => self.write("e"),
        }
        let disk = self.clone();
        Fault::begun(move || disk.write("."))
    }

    /// Processes have the file mapped, so that its length stays.
    fn write(&self, state: &str) {
        let mut bytes = [0; LENGTH];
        bytes[..state.len()].copy_from_slice(state.as_bytes());
        self.state.write_all_at(&bytes, 0).expect("a small file");
    }
}

/// The library, compiled once in each test process.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let library = scratch::fresh_directory("disk-library").join("failing.so");
        let output = Command::new("cc")
            .args([
                "-std=c11", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o",
            ])
            .arg(&library)
            .arg(SOURCE)
            .output()
            .unwrap_or_else(|error| panic!("cannot run cc: {error}"));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{SOURCE}: {errors}");
        library
    })
}
