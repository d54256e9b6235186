//! A disk that can fill up.

use std::ffi::CString;
use std::fs;
use std::io;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::deadline::Deadline;
use crate::fault::Fault;
use crate::scratch;

/// Nobody writes as much.
const ROOM: u64 = 1 << 30;

/// A disk in memory, mounted in a directory of its own. It is unmounted when dropped.
#[derive(Debug)]
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one that has room. Only root may.
    pub fn mount() -> Self {
        let directory = scratch::fresh_directory("disk");
        mount(&directory, 0, ROOM).unwrap_or_else(|error| panic!("a disk needs root: {error}"));
        Self(directory)
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Takes all room that is left.
    pub fn fill(&self) -> Fault {
        let deadline = Deadline::in_seconds(20);
        // The size must not be less than what is used, which changes.
        while let Err(error) = mount(&self.0, libc::MS_REMOUNT, used(&self.0)) {
            assert!(!deadline.is_over(), "cannot take the room: {error}");
        }
        let path = self.0.clone();
        Fault::begun(move || mount(&path, libc::MS_REMOUNT, ROOM).expect("a mounted disk"))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        unmount(&self.0);
    }
}

fn mount(directory: &Path, flags: libc::c_ulong, size: u64) -> io::Result<()> {
    let (kind, options) = (c"tmpfs", CString::new(format!("size={size},mode=0755"))?);
    let directory = c_path(directory);
    // SAFETY: all texts end with NUL and outlive the call.
    let result = unsafe {
        libc::mount(
            kind.as_ptr(),
            directory.as_ptr(),
            kind.as_ptr(),
            flags,
            options.as_ptr().cast(),
        )
    };
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// How many bytes of the disk are used.
fn used(directory: &Path) -> u64 {
    let mut found = MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: the path ends with NUL; the result is read only after a success.
    let found = unsafe {
        let result = libc::statvfs(c_path(directory).as_ptr(), found.as_mut_ptr());
        assert_eq!(result, 0, "{}", io::Error::last_os_error());
        found.assume_init()
    };
    // A size of 0 means no limit.
    ((found.f_blocks - found.f_bfree) * found.f_frsize).max(1)
}

fn c_path(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).expect("no NUL in a path")
}

/// Unmounts what is mounted in the directory or below. Processes that have files open there keep them.
pub(crate) fn unmount_all_below(directory: &Path) {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    mounts
        .lines()
        .filter_map(|line| line.split(' ').nth(1))
        .map(Path::new)
        .filter(|mounted| mounted.starts_with(directory))
        .for_each(unmount);
}

fn unmount(mounted: &Path) {
    // SAFETY: the path ends with NUL. What cannot be unmounted stays.
    unsafe { libc::umount2(c_path(mounted).as_ptr(), libc::MNT_DETACH) };
}
