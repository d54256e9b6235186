//! Makes a backup.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use azuma_domain::Timestamp;
use azuma_domain::token::SecretKey;
use rustix::fs::statvfs;

use super::files::{create, digest, read_key, sync_names, with_suffix, write};
use super::manifest::{FileDigest, KeptKey, Manifest};
use super::{BackupError, DATABASE, MANIFEST, PARTIAL};
use crate::directory::directory_of;
use crate::secret_key_file::KEY_FILE;
use crate::store::{CopyError, DatabaseUrl, copy, inspect, size};

/// What is left free on the disk of a new backup, in bytes: it may be the disk that the database is on.
const SPARE: u64 = 16 * 1024 * 1024;

/// What is backed up.
pub struct BackupSource<'a> {
    /// The database, in SQLite.
    pub database: &'a DatabaseUrl,
    /// The secret key of the servers.
    pub key: &'a SecretKey,
    /// The file of the key, if it is not in the configuration.
    pub key_file: Option<&'a Path>,
    /// The version of this binary.
    pub version: &'a str,
}

/// A backup that was made.
#[derive(Debug)]
pub struct Made {
    /// What it says of itself.
    pub manifest: Manifest,
    /// The bytes of the database in it.
    pub bytes: u64,
}

/// Makes a backup in a directory that is new or empty, while servers run or not. The parent of a new directory must exist.
/// Blocks, as long as it takes to read the database twice.
///
/// The database in it is what one moment saw. Files have mode 0600, a new directory 0700. All is on the disk when this
/// returns, and the manifest is the last that gets its name: whatever fails before, what is left is no backup. If this
/// fails, it removes what it made.
///
/// # Errors
/// [`BackupError`]
pub fn make_backup(
    source: &BackupSource<'_>,
    directory: &Path,
    now: Timestamp,
) -> Result<Made, BackupError> {
    let mut draft = Draft::begin(directory)?;
    expect_room(directory, size(source.database)?)?;
    let fingerprint = source.key.fingerprint();
    let mut manifest = Manifest::new(source.version, &now.to_string(), fingerprint);
    let copied = draft.add_database(source.database, &mut manifest)?;
    let bytes = copied.bytes;
    manifest.files.insert(DATABASE.to_owned(), copied);
    if let Some(key_file) = source.key_file {
        manifest.secret_key = KeptKey::InBackup;
        let copied = draft.add_key(key_file)?;
        manifest.files.insert(KEY_FILE.to_owned(), copied);
    }
    draft.finish(&manifest)?;
    Ok(Made { manifest, bytes })
}

fn expect_room(directory: &Path, needed: u64) -> Result<(), BackupError> {
    let disk = statvfs(directory).map_err(|error| BackupError::at(directory)(error.into()))?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let needed = needed.saturating_add(SPARE);
    match free >= needed {
        true => Ok(()),
        false => Err(BackupError::NoRoom {
            path: directory.to_owned(),
            free,
            needed,
        }),
    }
}

/// A backup that is being made. Dropped before it is finished, it removes what it made.
struct Draft {
    directory: PathBuf,
    /// Whether the directory is this draft's.
    is_new: bool,
    made: Vec<PathBuf>,
}

impl Draft {
    fn begin(directory: &Path) -> Result<Self, BackupError> {
        let at = || BackupError::at(directory);
        let is_new = match DirBuilder::new().mode(0o700).create(directory) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => false,
            outcome => outcome.map(|()| true).map_err(at())?,
        };
        if fs::read_dir(directory).map_err(at())?.next().is_some() {
            return Err(BackupError::NotEmpty(directory.to_owned()));
        }
        Ok(Self {
            directory: directory.to_owned(),
            is_new,
            made: Vec::new(),
        })
    }

    /// A file of this backup under its temporary name, which no other process may have taken. Where another one has finished that file since
    /// the directory was found empty, the temporary name is free again.
    fn reserve(&mut self, name: &str) -> Result<PathBuf, BackupError> {
        let partial = self.directory.join(format!("{name}{PARTIAL}"));
        match create(&partial) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(BackupError::NotEmpty(self.directory.clone()));
            }
            outcome => outcome.map(drop).map_err(BackupError::at(&partial))?,
        }
        self.made.push(partial.clone());
        match self.directory.join(name).exists() {
            true => Err(BackupError::NotEmpty(self.directory.clone())),
            false => Ok(partial),
        }
    }

    /// Gives a file its name.
    fn settle(&mut self, partial: &Path, name: &str) -> Result<(), BackupError> {
        let path = self.directory.join(name);
        fs::rename(partial, &path).map_err(BackupError::at(&path))?;
        self.made.push(path);
        Ok(())
    }

    fn add_database(
        &mut self,
        database: &DatabaseUrl,
        manifest: &mut Manifest,
    ) -> Result<FileDigest, BackupError> {
        let partial = self.reserve(DATABASE)?;
        self.made.push(with_suffix(&partial, "-journal"));
        copy(database, &partial)?;
        let contents = inspect(&partial)?;
        manifest.schema = contents.migrations;
        manifest.rows = contents.rows;
        let copied = digest_to_disk(&partial).map_err(BackupError::at(&partial))?;
        self.settle(&partial, DATABASE)?;
        Ok(copied)
    }

    fn add_key(&mut self, key_file: &Path) -> Result<FileDigest, BackupError> {
        let content = read_key(key_file).map_err(BackupError::at(key_file))?;
        let partial = self.directory.join(format!("{KEY_FILE}{PARTIAL}"));
        self.made.push(partial.clone());
        let copied = write(&partial, &content).and_then(|()| digest_to_disk(&partial));
        let copied = copied.map_err(BackupError::at(&partial))?;
        self.settle(&partial, KEY_FILE)?;
        Ok(copied)
    }

    fn finish(mut self, manifest: &Manifest) -> Result<(), BackupError> {
        let text = manifest.to_json();
        let text = text.map_err(|error| BackupError::Copy(CopyError::Failed(error.to_string())))?;
        let directory = self.directory.clone();
        let at = || BackupError::at(&directory);
        let partial = directory.join(format!("{MANIFEST}{PARTIAL}"));
        self.made.push(partial.clone());
        write(&partial, text.as_bytes()).map_err(BackupError::at(&partial))?;
        sync_names(&directory).map_err(at())?;
        self.settle(&partial, MANIFEST)?;
        sync_names(&directory).map_err(at())?;
        sync_names(directory_of(&directory)).map_err(at())?;
        self.made.clear();
        self.is_new = false;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        for path in self.made.drain(..).rev() {
            // Most of them have another name by now. What cannot be removed is no backup without a manifest.
            let _ = fs::remove_file(path);
        }
        if self.is_new {
            let _ = fs::remove_dir(&self.directory);
        }
    }
}

/// The digest of a file, all of which is on the disk then.
fn digest_to_disk(path: &Path) -> io::Result<FileDigest> {
    let mut file = File::open(path)?;
    file.sync_all()?;
    digest(&mut file, |_| Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_another_backup_has_finished_meanwhile_is_neither_replaced_nor_removed() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("backup");
        let mut first = Draft::begin(&directory).unwrap();
        let mut second = Draft::begin(&directory).unwrap();
        let partial = first.reserve(DATABASE).unwrap();
        first.settle(&partial, DATABASE).unwrap();
        assert!(matches!(
            second.reserve(DATABASE),
            Err(BackupError::NotEmpty(_))
        ));
        drop(second);
        let left = fs::read_dir(&directory).unwrap();
        let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [DATABASE]);
    }
}
