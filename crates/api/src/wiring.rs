//! Puts the real parts together. Only this and the configuration, whose values are of its types, name `azuma-infra`.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use azuma_domain::ports::{AbuseGuard, Entropy, Mailer, Store};
use azuma_domain::services::{MailDesk, Ports, Services, SessionDesk, Settings, TestMail};
use azuma_domain::token::{SecretKey, TokenKeys};
use azuma_infra::abuse_guard::{NoGuard, RateLimits};
use azuma_infra::clock::SystemClock;
use azuma_infra::entropy::SystemEntropy;
use azuma_infra::hashing::Argon2Hasher;
use azuma_infra::mail::{
    Authorities, LinkPages, MailFiles, MailSettings, SmtpMailer, SmtpSetupError, SmtpTimeouts,
    Templates,
};
use azuma_infra::secret_key_file::load_or_create_secret_key;
use azuma_infra::security_log::SecurityLogLines;
use azuma_infra::session_cache::SessionCache;
use azuma_infra::store::{
    DieselStore, OpenError, PoolOptions, is_up_to_date, migrate, wait_for_database,
};

use crate::config::Config;

/// The name of the key file beside an SQLite database.
const KEY_FILE: &str = "secret.key";

const KEY_MISSING: &str = "`secret_key` is missing: with Postgres, set AZUMA_SECRET_KEY to the same 32 random bytes in \
                           base64 on every node, once made by `openssl rand -base64 32`";

const NOT_UP_TO_DATE: &str =
    "there is no database yet, or it is older than this version: run `azuma migrate` first";

const ANOTHER_DATABASE: &str = "`database.migrate_url` was migrated, and `database.url` lacks what came with it: both must name one \
     database, and the user of `database.url` must be allowed to read its tables, `__diesel_schema_migrations` among them";

/// What the server runs on.
pub struct Parts {
    pub services: Arc<Services>,
    pub entropy: Arc<dyn Entropy>,
    pub session_cache: SessionCache,
}

/// Opens everything, and brings the database to this version's schema.
pub fn assemble(config: &Config) -> Result<Parts, Box<dyn Error>> {
    let url = &config.database.url;
    let key = secret_key(config)?;
    migrate_database(config)?;
    if config.database.migrate_url.is_some() {
        wait_for_database(url, config.database.start_timeout)?;
        if !is_up_to_date(url)? {
            return Err(ANOTHER_DATABASE.into());
        }
    }
    let store = open_store(config)?;
    let followed = store.open_another(for_polls(config))?;
    let store: Arc<dyn Store> = Arc::new(store);
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::open()?);
    let session_cache = SessionCache::new(
        Arc::clone(&store),
        Arc::new(followed),
        config.sessions.cache_entries,
    );
    let ports = Ports {
        session_check: Arc::new(session_cache.clone()),
        store,
        hasher: Arc::new(Argon2Hasher::start(config.passwords.hashing())?),
        guard: guard(config),
        security_log: Arc::new(SecurityLogLines),
        mailer: mailer(config)?,
        clock: Arc::new(SystemClock),
        entropy: Arc::clone(&entropy),
    };
    let settings = Settings {
        keys: TokenKeys::new(key, config.previous_secret_keys.clone()),
        password_rules: config.passwords.rules(),
        lifetimes: config.sessions.lifetimes(),
        sessions_per_user: config.sessions.per_user,
        registration_lifetime: config.registration.lifetime,
        recovery_lifetime: config.recovery.lifetime,
        mail_kept_for: config.mail.keep,
    };
    Ok(Parts {
        services: Arc::new(Services::new(ports, settings)),
        entropy,
        session_cache,
    })
}

/// Brings the database to this version's schema, and answers the names of the migrations that took.
pub fn migrate_database(config: &Config) -> Result<Vec<String>, Box<dyn Error>> {
    let database = &config.database;
    let url = (database.migrate_url.as_ref()).unwrap_or(&database.url);
    wait_for_database(url, database.start_timeout)?;
    Ok(migrate(url)?)
}

/// A way to send test messages, whatever the database does.
pub fn test_mail(config: &Config) -> Result<TestMail, Box<dyn Error>> {
    Ok(TestMail {
        mailer: mailer(config)?,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy::open()?),
    })
}

/// The outbox, for its operator.
pub fn mail_desk(config: &Config) -> Result<MailDesk, Box<dyn Error>> {
    let store = store_beside_a_server(config)?;
    Ok(MailDesk::new(store, Arc::new(SystemClock)))
}

/// Everybody's sessions, for their operator.
pub fn session_desk(config: &Config) -> Result<SessionDesk, Box<dyn Error>> {
    let store = store_beside_a_server(config)?;
    Ok(SessionDesk::new(store, Arc::new(SystemClock)))
}

/// The store as it is: a server of this version or the one before may run beside it, so nothing is migrated.
fn store_beside_a_server(config: &Config) -> Result<Arc<dyn Store>, Box<dyn Error>> {
    if !is_up_to_date(&config.database.url)? {
        return Err(NOT_UP_TO_DATE.into());
    }
    Ok(Arc::new(open_store(config)?))
}

fn open_store(config: &Config) -> Result<DieselStore, Box<dyn Error>> {
    DieselStore::open(&config.database.url, pool_options(config)).map_err(|error| match error {
        OpenError::SharedSessions { .. } => {
            format!("{error}: set `database.pooling` to \"transaction\"").into()
        }
        other => other.into(),
    })
}

fn pool_options(config: &Config) -> PoolOptions {
    PoolOptions {
        max_connections: config.database.max_connections,
        acquire_timeout: config.database.acquire_timeout,
        pooling: config.database.pooling,
        ..PoolOptions::default()
    }
}

/// Two, so that one may hang.
fn for_polls(config: &Config) -> PoolOptions {
    PoolOptions {
        max_connections: 2,
        acquire_timeout: PoolOptions::default().acquire_timeout,
        ..pool_options(config)
    }
}

fn guard(config: &Config) -> Arc<dyn AbuseGuard> {
    match config.abuse.enabled {
        true => Arc::new(RateLimits::new(config.mail.hourly_limit)),
        false => Arc::new(NoGuard),
    }
}

fn mailer(config: &Config) -> Result<Arc<dyn Mailer>, Box<dyn Error>> {
    let mail = &config.mail;
    let settings = MailSettings {
        instance: config.instance.name.clone(),
        from: mail.from.clone(),
        pages: LinkPages {
            public_url: config.http.public_url.clone(),
            verification: config.registration.verification_url.clone(),
            reset: config.recovery.reset_url.clone(),
        },
        templates: templates(config)?,
    };
    let authorities = mail.ca_file.as_deref().map(read_ca_file).transpose()?;
    let patience = SmtpTimeouts {
        to_open: mail.connect_timeout,
        to_send: mail.send_timeout,
    };
    Ok(match &mail.url {
        Some(server) => {
            let mailer = SmtpMailer::new(server.clone(), authorities, patience, settings);
            Arc::new(mailer.map_err(|error| match error {
                SmtpSetupError::NoPassword => format!("`mail.url`: {error}"),
                SmtpSetupError::Tls(_) => error.to_string(),
            })?)
        }
        None => Arc::new(MailFiles::new(mail.directory.clone(), settings)?),
    })
}

fn templates(config: &Config) -> Result<Templates, String> {
    match &config.mail.templates {
        Some(directory) => Templates::in_directory(directory, &config.instance.name)
            .map_err(|error| format!("`mail.templates`: {error}")),
        None => Ok(Templates::built_in()),
    }
}

fn read_ca_file(path: &Path) -> Result<Authorities, String> {
    let refused = |reason| format!("`mail.ca_file`: {} {reason}", path.display());
    let pem = fs::read(path).map_err(|error| refused(format!("cannot be read: {error}")))?;
    Authorities::from_pem(&pem).map_err(|error| refused(error.to_string()))
}

/// The configured key; without one, the file beside the SQLite database.
fn secret_key(config: &Config) -> Result<SecretKey, Box<dyn Error>> {
    if let Some(key) = &config.secret_key {
        return Ok(key.clone());
    }
    let database = config.database.url.sqlite_path().ok_or(KEY_MISSING)?;
    let folder = database.parent().unwrap_or(Path::new(""));
    Ok(load_or_create_secret_key(&folder.join(KEY_FILE))?)
}
