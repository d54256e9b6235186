//! What a backup says of itself.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{BackupError, DATABASE, MANIFEST};
use crate::secret_key_file::KEY_FILE;

/// The form of backups that this release makes, and the last one that it can read.
const FORMAT: u32 = 1;
/// A longer file, in bytes, is no manifest.
const LONGEST: u64 = 1024 * 1024;

/// The manifest of a backup. A release that reads it leaves out what it does not know.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Manifest {
    format: u32,
    /// The version of the binary that made the backup.
    pub azuma: String,
    /// When the backup was begun, in RFC 3339.
    pub made_at: String,
    /// The migrations that the database has, in order.
    pub schema: Vec<String>,
    /// Where the secret key was.
    pub secret_key: KeptKey,
    /// What the key can be recognised by.
    pub key_fingerprint: String,
    /// How many rows each table has.
    pub rows: BTreeMap<String, u64>,
    /// The files beside the manifest.
    pub files: BTreeMap<String, FileDigest>,
}

/// Where the secret key of a backup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptKey {
    /// In the backup.
    InBackup,
    /// In the configuration, which is no part of the backup.
    InConfiguration,
}

/// What a file of a backup must be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct FileDigest {
    /// Its length.
    pub bytes: u64,
    /// The SHA-256 of its content, in hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    /// The manifest of a backup with these properties.
    pub(super) fn new(azuma: &str, made_at: &str, key_fingerprint: String) -> Self {
        Self {
            format: FORMAT,
            azuma: azuma.to_owned(),
            made_at: made_at.to_owned(),
            schema: Vec::new(),
            secret_key: KeptKey::InConfiguration,
            key_fingerprint,
            rows: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    /// How many rows a table has.
    #[must_use]
    pub fn rows_of(&self, table: &str) -> u64 {
        self.rows.get(table).copied().unwrap_or(0)
    }

    pub(super) fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// Reads the manifest in this directory.
    pub(super) fn read(directory: &Path) -> Result<Self, BackupError> {
        let path = directory.join(MANIFEST);
        let refused = |reason: &str| BackupError::Manifest {
            path: path.clone(),
            reason: reason.to_owned(),
        };
        let file = match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound && directory.is_dir() => {
                return Err(BackupError::NotFinished(directory.to_owned()));
            }
            opened => opened.map_err(BackupError::at(&path))?,
        };
        let mut text = Vec::new();
        let read = file.take(LONGEST).read_to_end(&mut text);
        read.map_err(BackupError::at(&path))?;
        // First the format alone: what another format has is unknown here.
        let format: Format =
            serde_json::from_slice(&text).map_err(|error| refused(&error.to_string()))?;
        if format.format > FORMAT {
            return Err(refused("a later release made it; restore it with that one"));
        }
        let manifest: Self =
            serde_json::from_slice(&text).map_err(|error| refused(&error.to_string()))?;
        manifest.check().map_err(refused)?;
        Ok(manifest)
    }

    /// Only files that a backup has may be named, so that no name leads out of the directory.
    fn check(&self) -> Result<(), &'static str> {
        let has_key = match self.secret_key {
            KeptKey::InBackup => true,
            KeptKey::InConfiguration => false,
        };
        let expected = [(DATABASE, true), (KEY_FILE, has_key)];
        let expected = expected.iter().filter(|(_, there)| *there);
        match self.files.keys().eq(expected.map(|(name, _)| *name)) {
            true => Ok(()),
            false => Err("it does not name the files of a backup"),
        }
    }
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}
