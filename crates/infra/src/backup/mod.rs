//! Backups of an SQLite database: a directory with a copy of the database, the secret key and a manifest.
//!
//! | file | holds |
//! |---|---|
//! | `make` | makes a backup |
//! | `manifest` | what a backup says of itself |
//! | `files` | files that are hashed while they are read, and written so that they survive a crash |
//! | `read` | reads a backup, and looks whether it is whole |
//! | `place` | puts a restored database where a server looks for it |
//!
//! A database file is opened here by its bytes only where no connection of this process has it open: to close the
//! descriptor would drop SQLite's locks.

mod files;
mod make;
mod manifest;
mod place;
mod read;

use std::io;
use std::path::{Path, PathBuf};

pub use make::{BackupSource, Made, make_backup};
pub use manifest::{KeptKey, Manifest};
pub use place::{ExistingDatabase, InPlace, Place};
pub use read::{Backup, Copied};

use crate::store::CopyError;

/// The database in a backup.
const DATABASE: &str = "azuma.db";
/// What the backup says of itself. A directory without it is no backup.
const MANIFEST: &str = "manifest.json";
/// The ends of the names of what SQLite has beside a database.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];
/// The end of a name while its file is being written.
const PARTIAL: &str = ".partial";

/// A backup cannot be made or restored. Each message is one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The directory of the new backup holds something.
    #[error("{} is not empty: a backup needs a new directory, or an empty one", .0.display())]
    NotEmpty(PathBuf),
    /// The disk has no room for the copy.
    #[error("{} has room for {free} bytes, and the copy of the database may take {needed}", path.display())]
    NoRoom {
        /// Where the copy was to be.
        path: PathBuf,
        /// The free bytes.
        free: u64,
        /// The bytes of the database.
        needed: u64,
    },
    /// The directory holds no backup.
    #[error(
        "{} is no backup: it has no {MANIFEST}, which is written last, so a backup without it was not finished",
        .0.display()
    )]
    NotFinished(PathBuf),
    /// The manifest cannot be understood.
    #[error("the manifest {} cannot be read: {reason}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file of the backup is not as it was written.
    #[error("the backup is damaged: {} {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What differs.
        what: String,
    },
    /// There is a database where the restored one should be.
    #[error(
        "{} is there already; with `--replace` it is set aside, under another name, and the backup takes its place",
        .0.display()
    )]
    Exists(PathBuf),
    /// Another process uses the database.
    #[error(
        "a server or another program has the database {} open; stop it first",
        .0.display()
    )]
    InUse(PathBuf),
    /// A file appeared that a process made that opened the database meanwhile.
    #[error(
        "something opened the database while it was replaced, and made {}: stop it, remove that file, and restore again",
        .0.display()
    )]
    OpenedMeanwhile(PathBuf),
    /// A file or a directory cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite refuses.
    #[error(transparent)]
    Copy(#[from] CopyError),
}

impl BackupError {
    /// The error of an operation on this path.
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |source| Self::File {
            path: path.to_owned(),
            source,
        }
    }
}
