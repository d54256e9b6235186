//! What a look at an installation needs.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use azuma_domain::ports::Clock;
use azuma_domain::session::ListedSession;
use azuma_domain::token::SecretKey;
use azuma_infra::clock::SystemClock;
use azuma_infra::secret_key_file::{load_secret_key, others_may_read};
use azuma_infra::store::{self, Examination, OpenError};

use super::mail::smtp_mailer;
use super::{KEY_MISSING, key_file};
use crate::config::Config;

/// Where the secret key is.
pub enum KeySource {
    /// In the configuration, or in a file that it names.
    Configured(SecretKey),
    /// In the file beside the database.
    File {
        key: SecretKey,
        path: PathBuf,
        rights: KeyRights,
    },
    /// Nowhere yet: the first start makes this file.
    Missing(PathBuf),
}

/// Who can read the key file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRights {
    /// Its owner alone.
    Private,
    /// Other users, too.
    Open,
}

/// Finds the secret key, and makes none.
pub fn find_key(config: &Config) -> Result<KeySource, Box<dyn Error>> {
    if let Some(key) = &config.secret_key {
        return Ok(KeySource::Configured(key.clone()));
    }
    let path = key_file(config).ok_or(KEY_MISSING)?;
    Ok(match load_secret_key(&path)? {
        None => KeySource::Missing(path),
        Some(key) => KeySource::File {
            key,
            rights: match others_may_read(&path) {
                true => KeyRights::Open,
                false => KeyRights::Private,
            },
            path,
        },
    })
}

/// Asks the database, which takes `limit` for an answer at most.
pub fn examine(config: &Config, limit: Duration) -> Result<Examination, OpenError> {
    store::examine(&config.database.url, limit)
}

/// The URL of the target of a live copy of the database that was begun and has not ended. `None`, too, if the database does not say.
pub fn live_copy_target(config: &Config, limit: Duration) -> Option<String> {
    store::live_copy_target(&config.database.url, limit)
        .ok()
        .flatten()
}

/// Live sessions, `most` at most, of a database that takes `limit` for an answer at most. It changes nothing.
pub fn look_at_sessions(
    config: &Config,
    limit: Duration,
    most: u32,
) -> Result<Vec<ListedSession>, OpenError> {
    let now = SystemClock.now();
    let page = store::look(&config.database.url, limit, |reader| {
        reader.sessions().page(None, now, most)
    })?;
    Ok(page.live)
}

/// Connects to the configured mail server, if there is one, and sends nothing.
pub async fn try_mail_server(config: &Config) -> Result<(), Box<dyn Error>> {
    let Some(server) = &config.mail.url else {
        return Ok(());
    };
    Ok(smtp_mailer(config, server)?.try_server().await?)
}
