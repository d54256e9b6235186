//! The configuration: `config/default.toml`, then a file, then the environment.
//!
//! | module | holds |
//! |---|---|
//! | `sections`, `accounts`, `sessions` | the settings as typed values, some of types of `azuma-infra` |
//! | `parsed` | reads and writes values whose types parse themselves |
//! | `address`, `listen`, `range`, `secret`, `text` | reads and writes the other values |
//! | `tls` | where the server's certificate comes from |
//! | `traces` | where traces are sent, and how many |
//! | `secret_file` | secrets that a file of their own holds |
//! | `schema`, `layers`, `environment` | the known keys, and the source of each value |
//! | `error` | why a configuration is invalid |
//!
//! To add a key, add a line to `config/default.toml` and a field of its section.

mod accounts;
mod address;
mod email_domains;
mod environment;
mod error;
mod layers;
mod listen;
mod origins;
mod parsed;
mod range;
mod schema;
mod secret;
mod secret_file;
mod sections;
mod sessions;
#[cfg(test)]
mod tests;
mod text;
mod tls;
mod traces;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use azuma_domain::token::SecretKey;
use azuma_infra::store::Pooling;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};
use zeroize::Zeroizing;

pub use accounts::{Passwords, Recovery, Registration};
pub use address::ListenAddress;
pub use environment::settings_among;
pub use error::{ConfigError, Source};
pub use listen::{Listen, SocketMode, SocketPath};
pub use sections::{
    Abuse, AccessLog, Audit, Database, Dialects, Http, Instance, Limits, Mail, Telemetry,
};
pub use sessions::{Rotating, Sessions, Sliding};
pub use text::{LogFilter, LogFormat};
pub use tls::{AcmeSource, CertificateSource, Tls};
pub use traces::{CollectorHeaders, CollectorUrl, TraceSample};

use layers::{Layers, put};
use secret_file::{SECRETS, Secret};

/// The defaults, which name every key.
const DEFAULTS: &str = include_str!("../../../../config/default.toml");

/// The settings in force. Each is within its range, and none contradicts another.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The key that tokens are derived with. With SQLite it may be missing; then a file beside the database holds it.
    #[serde(deserialize_with = "secret::key", serialize_with = "secret::write_key")]
    pub secret_key: Option<SecretKey>,
    /// The file that holds the key, if it is not set itself.
    #[serde(
        deserialize_with = "text::path_if_any",
        serialize_with = "text::write_path_if_any"
    )]
    pub secret_key_file: Option<PathBuf>,
    /// The keys that tokens were derived with before.
    #[serde(
        deserialize_with = "secret::keys",
        serialize_with = "secret::write_keys"
    )]
    pub previous_secret_keys: Vec<SecretKey>,
    /// The file that holds these keys, a line each, if they are not set themselves.
    #[serde(
        deserialize_with = "text::path_if_any",
        serialize_with = "text::write_path_if_any"
    )]
    pub previous_secret_keys_file: Option<PathBuf>,
    /// How clients reach the server.
    pub http: Http,
    /// The database.
    pub database: Database,
    /// The public description of the server.
    pub instance: Instance,
    /// The enabled APIs.
    pub dialects: Dialects,
    /// What the server gives at most.
    pub limits: Limits,
    /// How long sessions live.
    pub sessions: Sessions,
    /// The verification of accounts and addresses.
    pub registration: Registration,
    /// The recovery of accounts with a lost password.
    pub recovery: Recovery,
    /// How mail is sent.
    pub mail: Mail,
    /// The rules for passwords, and the cost of a hash.
    pub passwords: Passwords,
    /// The guard against password guessing and bulk registration.
    pub abuse: Abuse,
    /// The audit trail.
    pub audit: Audit,
    /// The log.
    pub telemetry: Telemetry,
}

impl Config {
    /// Reads the configuration: the defaults, then `file`, then the environment variables that begin with `AZUMA_`.
    ///
    /// # Errors
    /// [`ConfigError`], whose text is one sentence, if a key is unknown, a value is invalid for its key, or two values
    /// contradict each other.
    pub fn load(
        file: Option<&Path>,
        env: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut layers = Layers::new(DEFAULTS)?;
        if let Some(path) = file {
            let text = fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
                path: path.to_owned(),
                error,
            })?;
            layers.add_file(path, &Zeroizing::new(text))?;
        }
        layers.add_variables(env)?;
        Self::from_layers(layers)
    }

    fn from_layers(mut layers: Layers) -> Result<Self, ConfigError> {
        layers.read_secret_files()?;
        let (settings, sources) = layers.finish();
        let config: Self = serde_path_to_error::deserialize(settings).map_err(|error| {
            let key = error.path().to_string();
            ConfigError::BadValue {
                place: sources.get(&key).cloned().unwrap_or(Source::Defaults),
                problem: error.inner().message().to_owned(),
                key,
            }
        })?;
        config.check()?;
        Ok(config)
    }

    /// Checks the rules that concern more than one value.
    fn check(&self) -> Result<(), ConfigError> {
        let contradiction = |sentence: &str| Err(ConfigError::Contradiction(sentence.to_owned()));
        if self.sessions.rotating.renew_within > self.sessions.rotating.lifetime {
            return contradiction(
                "`sessions.rotating.renew_within` must not be longer than `sessions.rotating.lifetime`",
            );
        }
        match self.http.tls.source() {
            Err(sentence) => return contradiction(sentence),
            Ok(Some(_)) if !self.http.public_url.is_https() => {
                return contradiction(
                    "`http.tls` serves HTTPS, but `http.public_url` is an http URL: begin it with `https://`",
                );
            }
            Ok(Some(_)) if matches!(self.http.listen, Listen::Unix(_)) => {
                return contradiction(
                    "`http.tls` serves HTTPS, but on a unix socket, which `http.listen` names, the server speaks plain HTTP",
                );
            }
            Ok(_) => (),
        }
        let is_sqlite = self.database.url.sqlite_path().is_some();
        if is_sqlite && self.database.pooling == Pooling::Transaction {
            return contradiction(
                "`database.pooling` requires Postgres, but `database.url` names an SQLite file",
            );
        }
        if let Err(error) = self.passwords.hashing().check() {
            return contradiction(&format!("`passwords` {error}"));
        }
        let Dialects {
            azuma,
            legacy,
            account,
            // It is nothing to users.
            service: _,
        } = self.dialects;
        if !(azuma || legacy || account) {
            return contradiction(
                "`dialects` disables every API: set `dialects.azuma`, `dialects.legacy` or `dialects.account` to true",
            );
        }
        Ok(())
    }

    /// The settings that name files of secrets, with these files.
    #[must_use]
    pub fn secret_files(&self) -> Vec<(&'static str, &Path)> {
        let Database {
            url_file,
            migrate_url_file,
            ..
        } = &self.database;
        let files = [
            ("secret_key_file", &self.secret_key_file),
            ("previous_secret_keys_file", &self.previous_secret_keys_file),
            ("database.url_file", url_file),
            ("database.migrate_url_file", migrate_url_file),
            ("mail.url_file", &self.mail.url_file),
        ];
        let files = files.into_iter();
        files
            .filter_map(|(key, file)| Some((key, file.as_deref()?)))
            .collect()
    }

    /// Those of [`Config::secret_files`] that every user of this machine may read.
    #[must_use]
    pub fn open_secret_files(&self) -> Vec<(&'static str, &Path)> {
        let mut files = self.secret_files();
        files.retain(|(_, path)| secret_file::is_open_to_everybody(path));
        files
    }

    /// Every setting as TOML. It can be loaded again once the masked secrets are replaced. Where a file holds a secret,
    /// the file is named and the secret left empty.
    #[must_use]
    pub fn to_masked_toml(&self) -> String {
        let written = Table::try_from(self).and_then(|mut settings| {
            let named = self.secret_files();
            let is_named = |secret: &&Secret| named.iter().any(|(key, _)| *key == secret.file_key);
            for secret in SECRETS.iter().filter(is_named) {
                put(&mut settings, secret.key, secret.nothing());
            }
            toml::to_string(&Value::Table(settings))
        });
        written.unwrap_or_else(|error| format!("# {error}\n"))
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_masked_toml())
    }
}
