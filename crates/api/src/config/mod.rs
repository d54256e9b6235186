//! The configuration: `config/default.toml`, then a file, then the environment.
//!
//! | module | holds |
//! |---|---|
//! | `sections` | the settings, typed; a value that `azuma-infra` owns is of its type |
//! | `parsed` | reads and writes values by their own types |
//! | `address`, `range`, `secret`, `text` | what the other values may be |
//! | `schema`, `layers`, `environment` | which keys there are, and where each value comes from |
//! | `error` | why a configuration is refused |
//!
//! A new key is a line in `config/default.toml` and a field in `sections`.

mod address;
mod environment;
mod error;
mod layers;
mod parsed;
mod range;
mod schema;
mod secret;
mod sections;
#[cfg(test)]
mod tests;
mod text;

use std::fmt;
use std::fs;
use std::path::Path;

use azuma_domain::token::SecretKey;
use azuma_infra::store::Pooling;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub use address::ListenAddress;
pub use environment::settings_among;
pub use error::{ConfigError, Source};
pub use sections::{
    Abuse, Database, Dialects, Http, Instance, Mail, Passwords, Recovery, Registration, Rotating,
    Sessions, Sliding, Telemetry,
};
pub use text::{LogFilter, LogFormat};

use layers::Layers;

/// The defaults, and with them every key there is.
const DEFAULTS: &str = include_str!("../../../../config/default.toml");

/// The settings in force, each within its range and all of them in agreement.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What tokens are derived with. With SQLite it may be missing; then it is kept beside the database.
    #[serde(deserialize_with = "secret::key", serialize_with = "secret::write_key")]
    pub secret_key: Option<SecretKey>,
    /// What tokens were derived with before.
    #[serde(
        deserialize_with = "secret::keys",
        serialize_with = "secret::write_keys"
    )]
    pub previous_secret_keys: Vec<SecretKey>,
    /// How clients reach the server.
    pub http: Http,
    /// Where everything is kept.
    pub database: Database,
    /// What the server says of itself.
    pub instance: Instance,
    /// Which APIs are served.
    pub dialects: Dialects,
    /// How long sessions live.
    pub sessions: Sessions,
    /// Accounts that wait for verification.
    pub registration: Registration,
    /// Accounts whose password is lost.
    pub recovery: Recovery,
    /// How mails leave.
    pub mail: Mail,
    /// What passwords are accepted, and what a hash costs.
    pub passwords: Passwords,
    /// The guard against guessing and bulk registration.
    pub abuse: Abuse,
    /// What the server tells its operator.
    pub telemetry: Telemetry,
}

impl Config {
    /// Reads the configuration: the defaults, then `file`, then those of the variables that begin with `AZUMA_`.
    ///
    /// # Errors
    /// [`ConfigError`], whose text is one sentence, when a key is unknown, a value does not fit its key, or values
    /// do not go together.
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

    fn from_layers(layers: Layers) -> Result<Self, ConfigError> {
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

    /// What no value can tell by itself.
    fn check(&self) -> Result<(), ConfigError> {
        let contradiction = |sentence: &str| Err(ConfigError::Contradiction(sentence.to_owned()));
        if self.sessions.rotating.renew_within > self.sessions.rotating.lifetime {
            return contradiction(
                "`sessions.rotating.renew_within` must not be longer than `sessions.rotating.lifetime`",
            );
        }
        let is_sqlite = self.database.url.sqlite_path().is_some();
        if is_sqlite && self.database.pooling == Pooling::Transaction {
            return contradiction(
                "`database.pooling` is for Postgres, and `database.url` names an SQLite file",
            );
        }
        if let Err(error) = self.passwords.hashing().check() {
            return contradiction(&format!("`passwords` {error}"));
        }
        let Dialects {
            azuma,
            legacy,
            account,
        } = self.dialects;
        if !(azuma || legacy || account) {
            return contradiction(
                "`dialects` switches every API off: set `dialects.azuma`, `dialects.legacy` or `dialects.account` to true",
            );
        }
        Ok(())
    }

    /// Every setting as TOML that can be loaded again, once the masked secrets in it are replaced.
    #[must_use]
    pub fn to_masked_toml(&self) -> String {
        toml::to_string(self).unwrap_or_else(|error| format!("# {error}\n"))
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_masked_toml())
    }
}
