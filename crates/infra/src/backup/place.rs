//! Where a server looks for its database, and what a restored database replaces there.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

use azuma_domain::Timestamp;
use rustix::fs::{FlockOperation, fcntl_lock};
use rustix::process::geteuid;

use super::files::{directory_of, exists, read_key, sync_names, with_suffix, write};
use super::read::Copied;
use super::{BackupError, KEY, PARTIAL};

/// What SQLite has beside a database.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// What is done about a database that is where the restored one should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExistingDatabase {
    /// The backup is not restored.
    Refuse,
    /// It gets another name.
    SetAside,
}

/// The place of a database, which no other process uses as long as this lives.
pub struct Place {
    database: PathBuf,
    existing: ExistingDatabase,
    /// The database that is there, locked as SQLite locks it to be alone. To close it would end the locks of this process's
    /// own connections, so there must be none.
    locked: Option<File>,
}

/// A restored database that is in its place.
#[derive(Debug, Default)]
pub struct InPlace {
    /// The files that were there before, under their names of now.
    pub set_aside: Vec<PathBuf>,
}

impl Place {
    /// Claims the place. Opens no connection.
    ///
    /// # Errors
    /// [`BackupError`] if a database is there and shall not be replaced, or a process has it open.
    pub fn claim(database: &Path, existing: ExistingDatabase) -> Result<Self, BackupError> {
        let mut files = std::iter::once("")
            .chain(COMPANIONS)
            .map(|suffix| with_suffix(database, suffix));
        let there = files.find(|path| exists(path));
        match (there, existing) {
            (Some(there), ExistingDatabase::Refuse) => {
                return Err(BackupError::Exists(there));
            }
            (Some(_), ExistingDatabase::SetAside) | (None, _) => {}
        }
        Ok(Self {
            database: database.to_owned(),
            existing,
            locked: lock(database)?,
        })
    }

    /// Puts the restored database where servers look for it. What is there is renamed, and its key with it where that is
    /// another one.
    ///
    /// # Errors
    /// [`BackupError`] if that fails. What was there before may have its other names then.
    pub fn put(self, mut copied: Copied, now: Timestamp) -> Result<InPlace, BackupError> {
        let digits = now.to_string().replace(|c: char| !c.is_ascii_digit(), "");
        let mut in_place = InPlace::default();
        if let Some(key) = copied.key.take() {
            self.put_key(&key, &digits, &mut in_place)?;
        }
        // The database goes before its log: with the log alone, nothing is read.
        let aside = with_suffix(&self.database, &format!(".replaced-{digits}"));
        for suffix in std::iter::once("").chain(COMPANIONS) {
            let (from, to) = (
                with_suffix(&self.database, suffix),
                with_suffix(&aside, suffix),
            );
            in_place.set_aside(&from, &to)?;
        }
        let folder = directory_of(&self.database);
        let at = BackupError::at(&self.database);
        hand_over(&copied.database, folder)
            .and_then(|()| fs::rename(&copied.database, &self.database))
            .map_err(at)?;
        sync_names(folder).map_err(BackupError::at(folder))?;
        for suffix in COMPANIONS {
            let made = with_suffix(&self.database, suffix);
            if exists(&made) {
                return Err(BackupError::OpenedMeanwhile(made));
            }
        }
        drop(self.locked);
        Ok(in_place)
    }

    fn put_key(&self, key: &[u8], digits: &str, in_place: &mut InPlace) -> Result<(), BackupError> {
        let path = &directory_of(&self.database).join(KEY);
        match read_key(path) {
            Ok(found) if *found == key => return Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Ok(_) | Err(_) => match self.existing {
                ExistingDatabase::Refuse => return Err(BackupError::Exists(path.clone())),
                ExistingDatabase::SetAside => {
                    let aside = with_suffix(path, &format!(".replaced-{digits}"));
                    in_place.set_aside(path, &aside)?;
                }
            },
        }
        let partial = with_suffix(path, PARTIAL);
        // One that a restore left when it was killed.
        let _ = fs::remove_file(&partial);
        let written = write(&partial, key)
            .and_then(|()| hand_over(&partial, directory_of(path)))
            .and_then(|()| fs::rename(&partial, path));
        written.map_err(BackupError::at(path))
    }
}

impl InPlace {
    fn set_aside(&mut self, from: &Path, to: &Path) -> Result<(), BackupError> {
        match fs::rename(from, to) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(BackupError::at(from)(error)),
            Ok(()) => {
                self.set_aside.push(to.to_owned());
                Ok(())
            }
        }
    }
}

/// Gives a file to the owner of the directory that it will be in, where root restores for a server that is not root.
fn hand_over(file: &Path, folder: &Path) -> io::Result<()> {
    if !geteuid().is_root() {
        return Ok(());
    }
    let owner = fs::metadata(folder)?;
    chown(file, Some(owner.uid()), Some(owner.gid()))
}

/// Locks a database file from its first byte to its last and beyond, so also those that SQLite locks. Each connection in WAL
/// mode holds one of them, so this finds every server, however damaged the file is.
fn lock(database: &Path) -> Result<Option<File>, BackupError> {
    let file = match File::options().read(true).write(true).open(database) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(BackupError::at(database))?,
    };
    match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(error)
            if matches!(
                io::Error::from(error).kind(),
                ErrorKind::WouldBlock | ErrorKind::PermissionDenied
            ) =>
        {
            Err(BackupError::InUse(database.to_owned()))
        }
        Err(error) => Err(BackupError::at(database)(error.into())),
    }
}
