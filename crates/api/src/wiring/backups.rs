//! Backups of an SQLite database, and what is restored from them.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use azuma_domain::ports::Clock;
use azuma_domain::services::{RestoreAdmin, RevivedSessions, Settled};
use azuma_domain::token::SecretKey;
pub use azuma_infra::backup::ExistingDatabase;
use azuma_infra::backup::{
    Backup, BackupSource, Copied, KeptKey, Made, Manifest, Place, make_backup,
};
use azuma_infra::clock::SystemClock;
use azuma_infra::secret_key_file::load_secret_key;
use azuma_infra::store::{DieselStore, Durability, PoolOptions, migrate};

use super::key_file;
use super::operator::store_beside_a_server;
use crate::config::Config;

const BACKUP_POSTGRES: &str = "the database is in Postgres, whose own tools back it up while servers run: `pg_dump \
     --format=custom --file=FILE URL`; the secret key is in the configuration and must be kept with it (docs/backup.md)";

const RESTORE_POSTGRES: &str = "the database is in Postgres, whose own tools restore it: `pg_restore --dbname=URL FILE` into \
     a new database, then `azuma restore --finish` (docs/backup.md)";

/// A backup that was made.
pub struct MadeBackup {
    pub users: u64,
    pub sessions: u64,
    pub bytes: u64,
    pub key: KeyPlace,
}

/// Where the secret key of a new backup is.
pub enum KeyPlace {
    InBackup,
    InConfiguration,
}

/// A backup that was restored.
pub struct RestoredBackup {
    pub users: u64,
    pub sessions: u64,
    pub made_at: String,
    pub version: String,
    pub settled: Settled,
    pub set_aside: Vec<PathBuf>,
    pub key: RestoredKey,
}

/// Whether servers of this configuration will have the key that the backup was made with.
pub enum RestoredKey {
    Same,
    Another,
}

/// Makes a backup in a directory that is new or empty.
pub fn back_up(config: &Config, directory: &Path) -> Result<MadeBackup, Box<dyn Error>> {
    let database = &config.database.url;
    let path = database.sqlite_path().ok_or(BACKUP_POSTGRES)?;
    if !path.exists() {
        return Err(format!("there is no database at {}", path.display()).into());
    }
    let file = match config.secret_key {
        Some(_) => None,
        None => key_file(config),
    };
    let key = match (&config.secret_key, &file) {
        (Some(key), _) => key.clone(),
        (None, Some(file)) => load_secret_key(file)?
            .ok_or_else(|| format!("the secret key file {} is missing", file.display()))?,
        (None, None) => return Err(super::KEY_MISSING.into()),
    };
    let source = BackupSource {
        database,
        key: &key,
        key_file: file.as_deref(),
        version: env!("CARGO_PKG_VERSION"),
    };
    let Made { manifest, bytes } = make_backup(&source, directory, SystemClock.now())?;
    Ok(MadeBackup {
        users: manifest.rows_of("users"),
        sessions: manifest.rows_of("sessions"),
        bytes,
        key: match manifest.secret_key {
            KeptKey::InBackup => KeyPlace::InBackup,
            KeptKey::InConfiguration => KeyPlace::InConfiguration,
        },
    })
}

/// Restores a backup to the place of the database. The database gets its name when all is done to it.
pub async fn restore(
    config: &Config,
    directory: &Path,
    existing: ExistingDatabase,
    sessions: RevivedSessions,
) -> Result<RestoredBackup, Box<dyn Error>> {
    let database = config.database.url.sqlite_path();
    let database = database.ok_or(RESTORE_POSTGRES)?;
    let backup = Backup::open(directory)?;
    let place = Place::claim(database, existing)?;
    let copied = backup.copy_beside(database)?;
    let settled = settle_copy(&copied, sessions).await?;
    copied.fold()?;
    let in_place = place.put(copied, SystemClock.now())?;
    let manifest = backup.manifest();
    Ok(RestoredBackup {
        users: manifest.rows_of("users"),
        sessions: manifest.rows_of("sessions"),
        made_at: manifest.made_at.clone(),
        version: manifest.azuma.clone(),
        settled,
        set_aside: in_place.set_aside,
        key: restored_key(config, manifest),
    })
}

/// Migrates the copy, and does to it what is done to a restored database.
async fn settle_copy(
    copied: &Copied,
    sessions: RevivedSessions,
) -> Result<Settled, Box<dyn Error>> {
    let url = copied.url();
    migrate(&url)?;
    let options = PoolOptions {
        durability: Durability::OfTheFile,
        ..PoolOptions::default()
    };
    let store = DieselStore::open(&url, options)?;
    let admin = RestoreAdmin::new(Arc::new(store), Arc::new(SystemClock));
    Ok(admin.settle(sessions).await?)
}

/// Does to the configured database, which another tool has restored, what is done to a restored database.
pub async fn finish_restore(
    config: &Config,
    sessions: RevivedSessions,
) -> Result<Settled, Box<dyn Error>> {
    let store = store_beside_a_server(config)?;
    let admin = RestoreAdmin::new(store, Arc::new(SystemClock));
    Ok(admin.settle(sessions).await?)
}

fn restored_key(config: &Config, manifest: &Manifest) -> RestoredKey {
    let is_it = |key: &SecretKey| key.fingerprint() == manifest.key_fingerprint;
    let current = match (&config.secret_key, manifest.secret_key) {
        (Some(key), _) => is_it(key),
        (None, KeptKey::InBackup) => true,
        (None, KeptKey::InConfiguration) => key_file(config)
            .and_then(|file| load_secret_key(&file).ok().flatten())
            .is_some_and(|key| is_it(&key)),
    };
    match current || config.previous_secret_keys.iter().any(is_it) {
        true => RestoredKey::Same,
        false => RestoredKey::Another,
    }
}
