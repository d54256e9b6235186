//! Where a server looks for its database, and what a restored database replaces there.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::{Path, PathBuf};

use azuma_domain::Timestamp;
use rustix::fs::{FlockOperation, fcntl_lock};
use rustix::process::geteuid;

use super::files::{exists, read_key, sync_names, with_suffix, write};
use super::read::Copied;
use super::{BackupError, COMPANIONS, PARTIAL};
use crate::directory::directory_of;
use crate::secret_key_file::KEY_FILE;

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
        let mut place = Self {
            database: database.to_owned(),
            existing,
            locked: None,
        };
        place.expect_free()?;
        place.locked = lock(database)?;
        Ok(place)
    }

    /// Refuses a place that is not free where nothing shall be replaced.
    fn expect_free(&self) -> Result<(), BackupError> {
        let there = || names_of(&self.database).find(|path| exists(path));
        match self.existing {
            ExistingDatabase::SetAside => Ok(()),
            ExistingDatabase::Refuse => {
                there().map_or(Ok(()), |path| Err(BackupError::Exists(path)))
            }
        }
    }

    /// Puts the restored database where servers look for it. What is there is renamed, and its key with it where that is
    /// another one.
    ///
    /// # Errors
    /// [`BackupError`] if that fails. What was there before may have its other names then.
    pub fn put(self, mut copied: Copied, now: Timestamp) -> Result<InPlace, BackupError> {
        // It may have been taken since it was claimed.
        self.expect_free()?;
        if self.locked.is_none() && exists(&self.database) {
            return Err(BackupError::InUse(self.database));
        }
        let digits = now.to_string().replace(|c: char| !c.is_ascii_digit(), "");
        let mut in_place = InPlace::default();
        if let Some(key) = copied.key.take() {
            self.put_key(&key, &digits, &mut in_place)?;
        }
        // The database goes before its log: with the log alone, nothing is read.
        let aside = with_suffix(&self.database, &format!(".replaced-{digits}"));
        for (from, to) in names_of(&self.database).zip(names_of(&aside)) {
            in_place.set_aside(&from, &to)?;
        }
        let folder = directory_of(&self.database);
        hand_over(&copied.database, folder).map_err(BackupError::at(&self.database))?;
        let put = copied.database.persist_noclobber(&self.database);
        put.map_err(|failed| match failed.error.kind() {
            ErrorKind::AlreadyExists => BackupError::OpenedMeanwhile(self.database.clone()),
            _ => BackupError::at(&self.database)(failed.error),
        })?;
        drop(copied.companions);
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
        let path = &directory_of(&self.database).join(KEY_FILE);
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

/// The names of a database and of what SQLite has beside it, the database first.
fn names_of(database: &Path) -> impl Iterator<Item = PathBuf> {
    std::iter::once("")
        .chain(COMPANIONS)
        .map(|suffix| with_suffix(database, suffix))
}

/// Gives a file to the owner of the directory that it will be in, where root restores for a server that is not root. The
/// owner may have put a link in its place, which is not followed.
fn hand_over(file: &Path, folder: &Path) -> io::Result<()> {
    if !geteuid().is_root() {
        return Ok(());
    }
    let owner = fs::metadata(folder)?;
    lchown(file, Some(owner.uid()), Some(owner.gid()))
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

#[cfg(test)]
mod tests {
    use azuma_domain::Timestamp;

    use super::*;
    use crate::backup::read::Companions;

    /// A place in an empty folder, and a copy that shall get there.
    fn claimed(folder: &Path) -> (Place, Copied) {
        let database = folder.join("azuma.db");
        let place = Place::claim(&database, ExistingDatabase::Refuse).unwrap();
        let copy = tempfile::NamedTempFile::new_in(folder).unwrap();
        let copied = Copied {
            companions: Companions::of(copy.path()),
            database: copy.into_temp_path(),
            key: None,
        };
        (place, copied)
    }

    #[test]
    fn a_database_that_was_made_since_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        for suffix in ["", "-wal"] {
            let (place, copied) = claimed(folder.path());
            let made = folder.path().join(format!("azuma.db{suffix}"));
            fs::write(&made, "new accounts").unwrap();
            let refused = place.put(copied, Timestamp::from_micros(0)).err();
            assert!(matches!(refused, Some(BackupError::Exists(path)) if path == made));
            assert_eq!(fs::read(&made).unwrap(), b"new accounts");
            fs::remove_file(made).unwrap();
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn a_database_that_was_made_since_is_not_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let (mut place, copied) = claimed(folder.path());
        place.existing = ExistingDatabase::SetAside;
        let made = folder.path().join("azuma.db");
        fs::write(&made, "new accounts").unwrap();
        let refused = place.put(copied, Timestamp::from_micros(0)).err();
        assert!(matches!(refused, Some(BackupError::InUse(path)) if path == made));
        assert_eq!(fs::read(&made).unwrap(), b"new accounts");
    }

    #[test]
    fn of_a_copy_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let (place, copied) = claimed(folder.path());
        let log = with_suffix(&copied.database, "-wal");
        fs::write(log, "").unwrap();
        place.put(copied, Timestamp::from_micros(0)).unwrap();
        let names = fs::read_dir(folder.path()).unwrap();
        let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["azuma.db"]);
    }
}
