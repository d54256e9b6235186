//! The secret keys of this node, and what they have derived.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use azuma_domain::services::KeyAdmin;
use azuma_domain::token::{SecretKey, TokenKeys};
use azuma_infra::clock::SystemClock;
use azuma_infra::secret_key_file::{create_secret_key, load_secret_key};

use super::examining::{KeySource, find_key};
use super::operator::store_beside_a_server;
use crate::config::Config;

/// The keys of this node, and what they have derived.
pub fn key_admin(config: &Config) -> Result<KeyAdmin, Box<dyn Error>> {
    let present = present_key(config)?;
    Ok(KeyAdmin {
        store: store_beside_a_server(config)?,
        clock: Arc::new(SystemClock),
        keys: TokenKeys::new(present.key, config.previous_secret_keys.clone()),
        lifetimes: config.sessions.lifetimes(),
    })
}

/// The key that this node derives tokens with.
pub struct PresentKey {
    pub key: SecretKey,
    /// Its file; `None` if it is in the configuration itself.
    pub file: Option<PathBuf>,
}

/// Finds the key, and makes none.
pub fn present_key(config: &Config) -> Result<PresentKey, Box<dyn Error>> {
    match find_key(config)? {
        KeySource::Configured(key) => Ok(PresentKey {
            key,
            file: config.secret_key_file.clone(),
        }),
        KeySource::File { key, path, .. } => Ok(PresentKey {
            key,
            file: Some(path),
        }),
        KeySource::Missing(path) => {
            Err(format!("the secret key file {} does not exist yet", path.display()).into())
        }
    }
}

/// The key in a file; `None` if there is no such file.
pub fn key_in(path: &Path) -> Result<Option<SecretKey>, Box<dyn Error>> {
    Ok(load_secret_key(path)?)
}

/// Makes a key in a new file, for whoever reads the present one.
pub fn make_key(path: &Path, present: &PresentKey) -> Result<SecretKey, Box<dyn Error>> {
    Ok(create_secret_key(path, present.file.as_deref())?)
}
