//! The file of an SQLite database: how it is created, and whether it is still the file that was opened.
//!
//! When a process closes any descriptor of a file, POSIX drops all locks that the process holds on the file, those of
//! SQLite's other descriptors too (<https://sqlite.org/howtocorrupt.html>, 2.2). The next program that opens the
//! database then takes it for unused, and removes its write-ahead log. So only SQLite opens the file in this process;
//! this module uses file names alone.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use azuma_domain::ports::StoreError;
use rustix::fs::{Access, access};

use super::open_error::OpenError;
use crate::directory::{directory_of, make_private_folder};

const GONE: &str = "the database file was moved, replaced or deleted";

/// Creates the file with mode 0600 if it does not exist, and its directory. SQLite gives the same mode to the files
/// beside it. The mode of an existing file is left alone.
///
/// The file is created under another name and closed before it is renamed. So another process never finds half a
/// file, and this process never closes a descriptor of a file that has locks.
pub(in crate::store) fn make(path: &Path) -> Result<(), OpenError> {
    if fs::symlink_metadata(path).is_ok() {
        return Ok(());
    }
    let directory = directory_of(path);
    make_private_folder(directory).map_err(|source| OpenError::Directory {
        path: directory.to_owned(),
        source,
    })?;
    make_in(directory, path).map_err(|source| OpenError::File {
        path: path.to_owned(),
        source,
    })
}

fn make_in(directory: &Path, path: &Path) -> io::Result<()> {
    // `tempfile` creates files with mode 0600.
    let empty = tempfile::Builder::new()
        .prefix(".azuma.db.")
        .tempfile_in(directory)?
        .into_temp_path();
    match empty.persist_noclobber(path) {
        Err(taken) if taken.error.kind() == ErrorKind::AlreadyExists => Ok(()),
        outcome => outcome.map_err(|error| error.error),
    }
}

/// Checks that the file can be read and written, because SQLite's own error does not say why it cannot.
pub(in crate::store) fn expect_usable(path: &Path) -> Result<(), OpenError> {
    let is_usable = fs::metadata(path).and_then(|metadata| match metadata.is_dir() {
        true => Err(ErrorKind::IsADirectory.into()),
        false => Ok(access(path, Access::READ_OK | Access::WRITE_OK)?),
    });
    is_usable.map_err(|source| OpenError::File {
        path: path.to_owned(),
        source,
    })
}

/// The file with which a store was opened. If that file is removed, later writes to it are lost when the last
/// connection closes. So if the path has no file or another one, the store refuses all work until the first file is
/// back.
#[derive(Debug)]
pub(in crate::store) struct SqliteFile {
    path: PathBuf,
    log: PathBuf,
    first: OnceLock<FileId>,
    is_gone: AtomicBool,
}

/// The identity of a file, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileId {
    device: u64,
    inode: u64,
}

impl From<Metadata> for FileId {
    fn from(metadata: Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }
}

/// The write-ahead log of one connection. As long as a connection is open SQLite does not remove the log.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenLog(FileId);

impl SqliteFile {
    pub(in crate::store) fn at(path: &Path) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Self {
            path: path.to_owned(),
            log: log.into(),
            first: OnceLock::new(),
            is_gone: AtomicBool::new(false),
        }
    }

    /// Records what a connection has opened. The first call also sets the file that the store works on.
    pub(super) fn opened(&self) -> Result<OpenLog, OpenError> {
        let unusable = |source| OpenError::File {
            path: self.path.clone(),
            source,
        };
        let log = id(&self.log).map_err(unusable)?;
        let file = id(&self.path).map_err(unusable)?;
        if *self.first.get_or_init(|| file) != file {
            return Err(unusable(io::Error::other(GONE)));
        }
        Ok(OpenLog(log))
    }

    /// Whether the file and the connection's log still have their names. Two calls of `stat`, after each unit of work
    /// and before its outcome is returned.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if one of them was removed or replaced. The first time is logged.
    pub(super) fn expect_there(&self, log: OpenLog) -> Result<(), StoreError> {
        let is_there = |path: &Path, expected: Option<FileId>| {
            id(path).is_ok_and(|found| Some(found) == expected)
        };
        let there =
            is_there(&self.path, self.first.get().copied()) && is_there(&self.log, Some(log.0));
        let was_gone = match there {
            true if !self.is_gone.load(Ordering::Relaxed) => return Ok(()),
            _ => self.is_gone.swap(!there, Ordering::Relaxed),
        };
        let path = self.path.display();
        match (there, was_gone) {
            (false, false) => tracing::error!(
                %path,
                "{GONE}, or its -wal file was: every use of the database fails until the file is restored or the \
                 server is restarted"
            ),
            (true, true) => tracing::info!(%path, "the database file is back"),
            (false, true) | (true, false) => {}
        }
        match there {
            true => Ok(()),
            false => Err(StoreError::Unavailable(GONE.into())),
        }
    }
}

fn id(path: &Path) -> io::Result<FileId> {
    fs::metadata(path).map(FileId::from)
}
