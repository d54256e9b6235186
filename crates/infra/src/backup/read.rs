//! Reads a backup, and looks whether it is whole.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::TempPath;
use zeroize::Zeroizing;

use super::files::{digest, read_key, with_suffix};
use super::manifest::{FileDigest, KeptKey, Manifest};
use super::{BackupError, COMPANIONS, DATABASE};
use crate::directory::{directory_of, make_private_folder};
use crate::secret_key_file::KEY_FILE;
use crate::store::{Contents, DatabaseUrl, expect_known_schema, fold_log, inspect};

/// A backup whose manifest was read.
#[derive(Debug)]
pub struct Backup {
    directory: PathBuf,
    manifest: Manifest,
}

/// The database of a backup, copied beside the place where it shall be, and the key. Both are as the manifest says. The copy
/// is removed when this is dropped.
pub struct Copied {
    pub(super) database: TempPath,
    pub(super) key: Option<Zeroizing<Vec<u8>>>,
    pub(super) companions: Companions,
}

/// What SQLite makes beside a copy. It is removed when this is dropped.
pub(super) struct Companions(PathBuf);

impl Companions {
    pub(super) fn of(copy: &Path) -> Self {
        Self(copy.to_owned())
    }
}

impl Backup {
    /// Reads the manifest of the backup in this directory.
    ///
    /// # Errors
    /// [`BackupError`] if there is none, or it is not for this release.
    pub fn open(directory: &Path) -> Result<Self, BackupError> {
        Ok(Self {
            directory: directory.to_owned(),
            manifest: Manifest::read(directory)?,
        })
    }

    /// What the backup says of itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Copies the database into the directory where `database` is or shall be, and verifies all files: their lengths and
    /// hashes, SQLite's own check, the rows of each table, and whether this release can work with the schema. Blocks.
    ///
    /// # Errors
    /// [`BackupError`] if anything is not as the manifest says.
    pub fn copy_beside(&self, database: &Path) -> Result<Copied, BackupError> {
        let key = match self.manifest.secret_key {
            KeptKey::InBackup => Some(self.read_key()?),
            KeptKey::InConfiguration => None,
        };
        let copy = self.copy_database(directory_of(database))?;
        let contents = inspect(&copy)?;
        self.expect(contents)?;
        expect_known_schema(&copy)?;
        Ok(Copied {
            companions: Companions::of(&copy),
            database: copy,
            key,
        })
    }

    fn copy_database(&self, folder: &Path) -> Result<TempPath, BackupError> {
        let path = self.directory.join(DATABASE);
        make_private_folder(folder).map_err(BackupError::at(folder))?;
        // `tempfile` creates files with mode 0600.
        let copy = tempfile::Builder::new()
            .prefix(".azuma.db.restored.")
            .tempfile_in(folder);
        let (mut to, copy) = copy.map_err(BackupError::at(folder))?.into_parts();
        let mut from = File::open(&path).map_err(BackupError::at(&path))?;
        let found = digest(&mut from, |read| to.write_all(read));
        let found = found.map_err(BackupError::at(&copy))?;
        to.sync_all().map_err(BackupError::at(&copy))?;
        self.expect_digest(DATABASE, &found)?;
        Ok(copy)
    }

    fn read_key(&self) -> Result<Zeroizing<Vec<u8>>, BackupError> {
        let path = self.directory.join(KEY_FILE);
        let key = read_key(&path).map_err(BackupError::at(&path))?;
        let found = digest(&mut key.as_slice(), |_| Ok(())).map_err(BackupError::at(&path))?;
        self.expect_digest(KEY_FILE, &found)?;
        Ok(key)
    }

    fn expect_digest(&self, name: &str, found: &FileDigest) -> Result<(), BackupError> {
        let expected = self.manifest.files.get(name);
        let what = match expected {
            Some(expected) if expected == found => return Ok(()),
            Some(expected) if expected.bytes != found.bytes => format!(
                "has {} bytes, and the manifest says {}",
                found.bytes, expected.bytes
            ),
            _ => "has another SHA-256 than the manifest says".to_owned(),
        };
        Err(BackupError::Damaged {
            path: self.directory.join(name),
            what,
        })
    }

    fn expect(&self, found: Contents) -> Result<(), BackupError> {
        let what = match (
            found.rows == self.manifest.rows,
            found.migrations == self.manifest.schema,
        ) {
            (true, true) => return Ok(()),
            (false, _) => "has other numbers of rows than the manifest says",
            (true, false) => "has another schema than the manifest says",
        };
        Err(BackupError::Damaged {
            path: self.directory.join(DATABASE),
            what: what.to_owned(),
        })
    }
}

impl Copied {
    /// The URL of the copy, to work on it.
    #[must_use]
    pub fn url(&self) -> DatabaseUrl {
        DatabaseUrl::of_file(&self.database)
    }

    /// Writes what was done to the copy into its file, on the disk. All stores on it must be dropped. Blocks.
    ///
    /// # Errors
    /// [`BackupError`] if that fails.
    pub fn fold(&self) -> Result<(), BackupError> {
        fold_log(&self.url())?;
        let file = File::open(&self.database).and_then(|file| file.sync_all());
        file.map_err(BackupError::at(&self.database))
    }
}

impl Drop for Companions {
    fn drop(&mut self) {
        for suffix in COMPANIONS {
            let _ = fs::remove_file(with_suffix(&self.0, suffix));
        }
    }
}
