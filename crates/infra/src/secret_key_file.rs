//! The secret key file, which the first start creates.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use azuma_domain::token::SecretKey;
use base64::prelude::{BASE64_STANDARD, Engine};
use rustix::process::geteuid;
use zeroize::Zeroizing;

use crate::directory::{directory_of, make_private_folder};

/// The name of the key file beside an SQLite database, and in its backups.
pub const KEY_FILE: &str = "secret.key";
/// A file larger than this, in bytes, is not a key file.
pub(crate) const MAX_FILE_BYTES: u64 = 1_024;

const KEY_BYTES: usize = 32;

/// The key file can be neither read nor created. No error text contains the content of the file.
#[derive(Debug, thiserror::Error)]
pub enum SecretKeyFileError {
    /// The file exists and cannot be read.
    #[error("the secret key file {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The file does not contain a key.
    #[error(
        "the secret key file {} does not contain a secret key, which is 32 bytes in base64, as `openssl rand -base64 \
         32` prints them",
        path.display()
    )]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// A new key was to be written, and the file exists.
    #[error("the file {} exists, and is not overwritten", path.display())]
    Taken {
        /// The file.
        path: PathBuf,
    },
    /// The file does not exist and cannot be created.
    #[error("the secret key file {} cannot be created: {source}", path.display())]
    NotCreated {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

/// Reads the key of this file. If the file does not exist, creates it with a new key (mode 0600), and its parent
/// directories (0700). If several processes do this at once, all get the same key. Blocks; call it once, at start.
///
/// If other users can read the file, a warning is logged, and the key is used.
///
/// # Errors
/// [`SecretKeyFileError`] if the file can be neither read nor created, or holds no key. An existing file is never
/// overwritten.
pub fn load_or_create_secret_key(path: &Path) -> Result<SecretKey, SecretKeyFileError> {
    match load_secret_key(path)? {
        Some(key) => Ok(key),
        None => create(path),
    }
}

/// Reads the key of this file; `None` if there is no such file. Blocks.
///
/// # Errors
/// [`SecretKeyFileError`] if the file cannot be read, or holds no key.
pub fn load_secret_key(path: &Path) -> Result<Option<SecretKey>, SecretKeyFileError> {
    let unreadable = |source| SecretKeyFileError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(unreadable)?,
    };
    warn_if_others_may_read(&file, path);
    let mut content = Zeroizing::new(Vec::new());
    file.take(MAX_FILE_BYTES)
        .read_to_end(&mut content)
        .map_err(unreadable)?;
    std::str::from_utf8(&content)
        .ok()
        .and_then(|text| SecretKey::parse(text).ok())
        .map(Some)
        .ok_or_else(|| SecretKeyFileError::Malformed {
            path: path.to_owned(),
        })
}

/// Makes a new key in a new file (mode 0600) in a directory that exists. Where root makes it, whoever reads the file of the
/// present key can read this one as well: it has the same owner and group, and the group may read it if it may read that one.
/// Blocks.
///
/// # Errors
/// [`SecretKeyFileError`] if the file exists or cannot be created.
pub fn create_secret_key(
    path: &Path,
    present: Option<&Path>,
) -> Result<SecretKey, SecretKeyFileError> {
    let (key, written) = write_random(path, present)?;
    match written {
        Written::Created => Ok(key),
        Written::Exists => Err(SecretKeyFileError::Taken {
            path: path.to_owned(),
        }),
    }
}

fn create(path: &Path) -> Result<SecretKey, SecretKeyFileError> {
    make_private_folder(directory_of(path)).map_err(|error| not_created(path, error))?;
    let (key, written) = write_random(path, None)?;
    match written {
        Written::Created => Ok(key),
        // Another process was first. It has renamed its file after writing it, so the file is complete.
        Written::Exists => {
            load_secret_key(path)?.ok_or_else(|| not_created(path, ErrorKind::NotFound.into()))
        }
    }
}

/// Makes a key, and writes it unless the file exists.
fn write_random(
    path: &Path,
    present: Option<&Path>,
) -> Result<(SecretKey, Written), SecretKeyFileError> {
    let mut bytes = Zeroizing::new([0; KEY_BYTES]);
    getrandom::fill(bytes.as_mut_slice())
        .map_err(|error| not_created(path, io::Error::other(error)))?;
    let written = write_new(path, &bytes, present).map_err(|error| not_created(path, error))?;
    Ok((SecretKey::from_bytes(*bytes), written))
}

fn not_created(path: &Path, source: io::Error) -> SecretKeyFileError {
    SecretKeyFileError::NotCreated {
        path: path.to_owned(),
        source,
    }
}

/// The outcome of writing a file that must be new.
enum Written {
    Created,
    /// The file existed, and was left alone.
    Exists,
}

/// Writes a temporary file and renames it, so that no process sees half a key. The file and its name survive a crash of
/// the machine.
fn write_new(path: &Path, key: &[u8; KEY_BYTES], present: Option<&Path>) -> io::Result<Written> {
    let folder = directory_of(path);
    let text = Zeroizing::new(BASE64_STANDARD.encode(key));
    // `tempfile` creates files with mode 0600.
    let mut file = tempfile::Builder::new()
        .prefix(".secret.key.")
        .tempfile_in(folder)?;
    writeln!(file, "{}", text.as_str())?;
    if let Some(present) = present.filter(|_| geteuid().is_root()) {
        hand_to_readers_of(present, file.as_file())?;
    }
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => {}
        Err(taken) if taken.error.kind() == ErrorKind::AlreadyExists => {
            return Ok(Written::Exists);
        }
        Err(other) => return Err(other.error),
    }
    File::open(folder)?.sync_all()?;
    Ok(Written::Created)
}

/// Gives a new key to whoever reads the present one.
fn hand_to_readers_of(present: &Path, file: &File) -> io::Result<()> {
    let (theirs, ours) = (fs::metadata(present)?, file.metadata()?);
    if (theirs.uid(), theirs.gid()) != (ours.uid(), ours.gid()) {
        fchown(file, Some(theirs.uid()), Some(theirs.gid()))?;
    }
    let of_the_group = theirs.mode() & 0o040;
    file.set_permissions(Permissions::from_mode(0o600 | of_the_group))
}

/// Whether other users of this machine can read or write a file. The group may read it: who manages the file has chosen it.
fn is_open_to_others(metadata: &Metadata) -> bool {
    metadata.permissions().mode() & 0o027 != 0
}

/// Whether other users of this machine, but for the group's, can read the key file, or write it.
#[must_use]
pub fn others_may_read(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| is_open_to_others(&metadata))
}

fn warn_if_others_may_read(file: &File, path: &Path) {
    if file
        .metadata()
        .is_ok_and(|metadata| is_open_to_others(&metadata))
    {
        tracing::warn!(
            path = %path.display(),
            "other users of this machine can read the secret key file; run `chmod 600` on it"
        );
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use azuma_domain::link::LinkId;
    use azuma_domain::token::TokenKeys;
    use uuid::Uuid;

    use super::*;

    /// Keys cannot be compared; what they make can.
    fn trace(key: SecretKey) -> String {
        let keys = TokenKeys::new(key, Vec::new());
        keys.link_token(LinkId::new(Uuid::nil()))
            .expose()
            .to_owned()
    }

    #[test]
    fn the_first_start_makes_a_key_and_later_ones_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/data/secret.key");
        let made = trace(load_or_create_secret_key(&path).unwrap());
        assert_eq!(trace(load_or_create_secret_key(&path).unwrap()), made);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(trace(SecretKey::parse(&text).unwrap()), made);
        let others = fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(others, 1, "nothing but the key is left");
    }

    #[test]
    fn the_file_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        load_or_create_secret_key(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn racing_first_starts_agree_on_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let starts = std::sync::Barrier::new(16);
        let keys: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16)
                .map(|_| {
                    scope.spawn(|| {
                        starts.wait();
                        trace(load_or_create_secret_key(&path).unwrap())
                    })
                })
                .collect();
            threads.into_iter().map(|it| it.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }

    #[test]
    fn a_file_that_holds_no_key_is_named_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        for content in [&b""[..], b"hunter2", &[0xff; 32], &[b'A'; 2_000]] {
            fs::write(&path, content).unwrap();
            let error = load_or_create_secret_key(&path).map(|_| ()).unwrap_err();
            let words = error.to_string();
            assert!(words.contains(path.to_str().unwrap()), "{words}");
            assert!(!words.contains("hunter2"), "{words}");
            assert_eq!(fs::read(&path).unwrap(), content);
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_no_missing_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = load_or_create_secret_key(folder.path())
            .map(|_| ())
            .unwrap_err();
        assert!(matches!(error, SecretKeyFileError::Unreadable { .. }));
    }
}
