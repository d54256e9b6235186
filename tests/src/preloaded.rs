//! Small libraries of the suite's own that stand between a process and the system, and are told what to do while the process
//! runs.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, OnceLock};

use crate::scratch;

/// As long as any state that is written down.
const LENGTH: usize = 16;

/// A library, compiled once in each test process. Its source says what it does.
pub(crate) struct Library {
    source: &'static str,
    compiled: OnceLock<PathBuf>,
}

impl Library {
    /// That of a source below `tests/src`.
    pub(crate) const fn of(source: &'static str) -> Self {
        Self {
            source,
            compiled: OnceLock::new(),
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> String {
        let compiled = self.compiled.get_or_init(|| compile(self.source));
        compiled.display().to_string()
    }
}

fn compile(source: &str) -> PathBuf {
    let source = format!("{}/src/{source}", env!("CARGO_MANIFEST_DIR"));
    let library = scratch::fresh_directory("library").join("preloaded.so");
    let output = Command::new("cc")
        .args(["-std=c11", "-shared", "-fPIC", "-O2"])
        .arg("-o")
        .arg(&library)
        .arg(&source)
        .output()
        .unwrap_or_else(|error| panic!("cannot run cc: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{source}: {errors}");
    library
}

/// A file that tells a library what to do.
#[derive(Clone, Debug)]
pub(crate) struct State {
    path: PathBuf,
    file: Arc<File>,
}

impl State {
    /// A new one.
    pub(crate) fn new(text: &str) -> Self {
        let path = scratch::fresh_directory("state").join("state");
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let state = Self {
            path,
            file: Arc::new(file.expect("a new file")),
        };
        state.set(text);
        state
    }

    /// Where it is.
    pub(crate) fn path(&self) -> String {
        self.path.display().to_string()
    }

    /// Tells the library something else. Processes have the file mapped, so that its length stays.
    pub(crate) fn set(&self, text: &str) {
        let mut bytes = [0; LENGTH];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        self.file.write_all_at(&bytes, 0).expect("a small file");
    }
}
