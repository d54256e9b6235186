//! One directory for everything this test process leaves on disk.
//!
//! It lies in the temp dir, where the `postgres` user can reach it, and is removed when the process exits.
//! A process that was killed leaves its directory behind; the next one sweeps it, because nobody holds the
//! lock in it any more.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::disk::unmount_all_below;

const PREFIX: &str = "azuma-tests-";

/// Younger ones are left alone: their owner may not have locked them yet.
const SWEEP_AFTER: Duration = Duration::from_mins(1);

struct Scratch {
    path: PathBuf,
    _lock: File,
}

static SCRATCH: OnceLock<Scratch> = OnceLock::new();

/// A new, empty directory whose name begins with `name`.
pub fn fresh_directory(name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = root().join(format!("{name}-{number}"));
    fs::create_dir(&path)
        .unwrap_or_else(|error| panic!("cannot create {}: {error}", path.display()));
    path
}

fn root() -> &'static Path {
    let scratch = SCRATCH.get_or_init(|| {
        sweep();
        create().unwrap_or_else(|error| panic!("cannot create a scratch directory: {error}"))
    });
    &scratch.path
}

fn create() -> io::Result<Scratch> {
    let path = std::env::temp_dir().join(format!("{PREFIX}{}", std::process::id()));
    // A killed process with the same id, too young to be swept.
    if path.exists() {
        fs::remove_dir_all(&path)?;
    }
    fs::create_dir(&path)?;
    fs::set_permissions(&path, Permissions::from_mode(0o755))?;
    let lock = File::create(path.join("lock"))?;
    lock.lock()?;
    crate::process::at_exit(remove);
    Ok(Scratch { path, _lock: lock })
}

fn remove() {
    if let Some(scratch) = SCRATCH.get() {
        // Whatever cannot be removed now is the next sweep's.
        clear(&scratch.path);
    }
}

/// Removes a directory, and the disks that are mounted in it.
fn clear(directory: &Path) {
    unmount_all_below(directory);
    let _ = fs::remove_dir_all(directory);
}

fn sweep() {
    let Ok(entries) = fs::read_dir(std::env::temp_dir()) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && is_abandoned(&entry.path()) {
            clear(&entry.path());
        }
    }
}

fn is_abandoned(directory: &Path) -> bool {
    let Ok(lock) = File::open(directory.join("lock")) else {
        return false;
    };
    let old = lock
        .metadata()
        .and_then(|metadata| metadata.modified())
        .is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > SWEEP_AFTER));
    old && lock.try_lock().is_ok()
}
