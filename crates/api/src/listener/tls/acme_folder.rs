//! The folder of the certificates and of the key of the ACME account.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use rustls_acme::{AccountCache, CertCache};
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

use super::acme::AcmeError;

/// Keeps what the ACME server gave, in memory too: where the disk is full, a new order does not repeat what succeeded.
#[derive(Clone)]
pub struct AcmeFolder {
    path: PathBuf,
    kept: Arc<Mutex<Kept>>,
}

/// What was stored, by the name of its file.
type Kept = BTreeMap<String, Vec<u8>>;

impl AcmeFolder {
    /// Creates the folder if there is none.
    ///
    /// # Errors
    /// If nothing can be written to it, or others than its owner may read it.
    pub fn open(path: &Path) -> Result<Self, AcmeError> {
        let unusable = |reason| AcmeError::NoFolder {
            path: path.to_owned(),
            reason,
        };
        let mut private = DirBuilder::new();
        let made = private.recursive(true).mode(0o700).create(path);
        made.map_err(unusable)?;
        let mode = fs::metadata(path).map_err(unusable)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(AcmeError::OpenFolder(path.to_owned()));
        }
        write(&path.join("writable"), b"").map_err(unusable)?;
        Ok(Self {
            path: path.to_owned(),
            kept: Arc::default(),
        })
    }

    async fn load(&self, name: String) -> io::Result<Option<Vec<u8>>> {
        let kept = self.kept().get(&name).cloned();
        if kept.is_some() {
            return Ok(kept);
        }
        let path = self.path.join(name);
        let read = spawn_blocking(move || fs::read(path));
        match read.await.map_err(io::Error::other)? {
            // What an old file system left of a file that was never written is none.
            Ok(content) => Ok(Some(content).filter(|content| !content.is_empty())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn store(&self, name: String, content: &[u8]) -> io::Result<()> {
        let path = self.path.join(&name);
        let content = content.to_vec();
        self.kept().insert(name, content.clone());
        let written = spawn_blocking(move || write(&path, &content));
        written.await.map_err(io::Error::other)?
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Replaces a file at once, and only by one that was written to its end.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension("new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    path.parent()
        .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// A file for each ACME server, and for each set of names there.
fn name(kind: &str, of: &[String], directory: &str) -> String {
    let mut hash = Sha256::new();
    for part in of {
        hash.update(part);
        hash.update([0]);
    }
    hash.update(directory);
    let hash = hash.finalize();
    let first = hash.first_chunk().copied().unwrap_or_default();
    format!("{kind}-{:016x}", u64::from_be_bytes(first))
}

#[async_trait]
impl CertCache for AcmeFolder {
    type EC = io::Error;

    async fn load_cert(&self, domains: &[String], directory: &str) -> io::Result<Option<Vec<u8>>> {
        self.load(name("certificate", domains, directory)).await
    }

    async fn store_cert(&self, domains: &[String], directory: &str, pem: &[u8]) -> io::Result<()> {
        self.store(name("certificate", domains, directory), pem)
            .await
    }
}

#[async_trait]
impl AccountCache for AcmeFolder {
    type EA = io::Error;

    async fn load_account(
        &self,
        contact: &[String],
        directory: &str,
    ) -> io::Result<Option<Vec<u8>>> {
        self.load(name("account", contact, directory)).await
    }

    async fn store_account(
        &self,
        contact: &[String],
        directory: &str,
        key: &[u8],
    ) -> io::Result<()> {
        self.store(name("account", contact, directory), key).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domains() -> [String; 1] {
        ["accounts.example.org".to_owned()]
    }

    #[tokio::test]
    async fn what_was_stored_is_there_after_a_restart_and_only_its_owner_reads_it() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("acme");
        let folder = AcmeFolder::open(&path).unwrap();
        folder
            .store_cert(&domains(), "https://a", b"pem")
            .await
            .unwrap();
        let again = AcmeFolder::open(&path).unwrap();
        let found = again.load_cert(&domains(), "https://a").await.unwrap();
        assert_eq!(found.as_deref(), Some(&b"pem"[..]));
        assert_eq!(
            again.load_cert(&domains(), "https://b").await.unwrap(),
            None
        );
        for file in fs::read_dir(&path).unwrap() {
            let mode = file.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[tokio::test]
    async fn what_cannot_be_written_is_kept_in_memory_and_an_empty_file_is_none() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("acme");
        let folder = AcmeFolder::open(&path).unwrap();
        fs::remove_dir_all(&path).unwrap();
        assert!(
            folder
                .store_account(&[], "https://a", b"key")
                .await
                .is_err()
        );
        let found = folder.load_account(&[], "https://a").await.unwrap();
        assert_eq!(found.as_deref(), Some(&b"key"[..]));
        let again = AcmeFolder::open(&path).unwrap();
        fs::write(path.join(name("account", &[], "https://a")), b"").unwrap();
        assert_eq!(again.load_account(&[], "https://a").await.unwrap(), None);
    }
}
