//! Files that are hashed while they are read, and written so that they survive a crash of the machine.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::manifest::FileDigest;
use crate::secret_key_file::MAX_FILE_BYTES;

/// How much is read at a time, in bytes.
const CHUNK: usize = 1024 * 1024;

/// Reads to the end, and hands each part to `take`.
pub(super) fn digest(
    file: &mut impl Read,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<FileDigest> {
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut buffer = Zeroizing::new(vec![0; CHUNK]);
    loop {
        let count = file.read(&mut buffer)?;
        let read = buffer.get(..count).unwrap_or_default();
        if read.is_empty() {
            break;
        }
        hash.update(read);
        take(read)?;
        bytes += read.len() as u64;
    }
    let mut sha256 = String::new();
    for byte in hash.finalize() {
        // A text takes everything.
        let _ = write!(sha256, "{byte:02x}");
    }
    Ok(FileDigest { bytes, sha256 })
}

/// Makes an empty file that did not exist, with mode 0600.
pub(super) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path)
}

/// Writes a file that did not exist, with mode 0600, to the disk.
pub(super) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = create(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Writes the names in a directory to the disk.
pub(super) fn sync_names(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// What a key file holds.
pub(super) fn read_key(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut content = Zeroizing::new(Vec::new());
    File::open(path)?
        .take(MAX_FILE_BYTES)
        .read_to_end(&mut content)?;
    Ok(content)
}

/// Whether something has this name, be it a link that leads nowhere.
pub(super) fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// The path with this at its end, such as `azuma.db-wal`.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}
