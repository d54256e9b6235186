//! Puts the real parts together. The only place that names `azuma-infra`.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use azuma_domain::ports::{AbuseGuard, Entropy, Mailer, Store};
use azuma_domain::services::{MailDesk, Ports, Services, SessionDesk, Settings, TestMail};
use azuma_domain::token::{SecretKey, TokenKeys};
use azuma_infra::abuse_guard::{AbuseSettings, NoGuard, RateLimits};
use azuma_infra::clock::SystemClock;
use azuma_infra::entropy::SystemEntropy;
use azuma_infra::hashing::{Argon2Hasher, Argon2Settings};
use azuma_infra::mail::{LinkPages, MailFiles, MailSettings, SmtpMailer, SmtpPatience, Templates};
use azuma_infra::secret_key_file::load_or_create_secret_key;
use azuma_infra::security_log::SecurityLogLines;
use azuma_infra::session_cache::SessionCache;
use azuma_infra::store::{
    DatabaseUrl, DieselStore, PoolOptions, Pooling, is_up_to_date, migrate, wait_for_database,
};

use crate::config::{self, Config};

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
    let url = database_url(config)?;
    let key = secret_key(config, &url)?;
    migrate_database(config)?;
    if config.database.migrate_url.is_some() {
        wait_for_database(&url, config.database.start_timeout)?;
        if !is_up_to_date(&url)? {
            return Err(ANOTHER_DATABASE.into());
        }
    }
    let store = DieselStore::open(&url, pool_options(config))?;
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
        hasher: Arc::new(Argon2Hasher::start(hashing(config))?),
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
    let url = DatabaseUrl::parse(url.expose())?;
    wait_for_database(&url, database.start_timeout)?;
    Ok(migrate(&url)?)
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
    let url = database_url(config)?;
    if !is_up_to_date(&url)? {
        return Err(NOT_UP_TO_DATE.into());
    }
    Ok(Arc::new(DieselStore::open(&url, pool_options(config))?))
}

fn database_url(config: &Config) -> Result<DatabaseUrl, Box<dyn Error>> {
    Ok(DatabaseUrl::parse(config.database.url.expose())?)
}

fn pool_options(config: &Config) -> PoolOptions {
    PoolOptions {
        max_connections: config.database.max_connections,
        wait: config.database.acquire_timeout,
        pooling: match config.database.pooling {
            config::Pooling::Session => Pooling::Session,
            config::Pooling::Transaction => Pooling::Transaction,
        },
        ..PoolOptions::default()
    }
}

/// Two, so that one may hang.
fn for_polls(config: &Config) -> PoolOptions {
    PoolOptions {
        max_connections: 2,
        wait: PoolOptions::default().wait,
        ..pool_options(config)
    }
}

fn hashing(config: &Config) -> Argon2Settings {
    let passwords = config.passwords;
    Argon2Settings {
        memory_kib: passwords.memory_kib,
        iterations: passwords.iterations,
        parallelism: passwords.parallelism,
        threads: passwords.thread_count(),
    }
}

fn guard(config: &Config) -> Arc<dyn AbuseGuard> {
    match config.abuse.enabled {
        true => Arc::new(RateLimits::new(&AbuseSettings {
            mails_per_hour: config.mail.hourly_limit,
            ..AbuseSettings::default()
        })),
        false => Arc::new(NoGuard),
    }
}

fn mailer(config: &Config) -> Result<Arc<dyn Mailer>, Box<dyn Error>> {
    let settings = MailSettings::new(
        &config.instance.name,
        &config.mail.from.address,
        config.mail.from.name.as_deref(),
        LinkPages {
            verification: config.verification_url(),
            reset: config.reset_url(),
        },
        match &config.mail.templates {
            Some(directory) => Templates::in_directory(directory, &config.instance.name)?,
            None => Templates::built_in(),
        },
    )?;
    let more_roots = config
        .mail
        .ca_file
        .as_deref()
        .map(read_ca_file)
        .transpose()?;
    let patience = SmtpPatience {
        to_open: config.mail.connect_timeout,
        to_send: config.mail.send_timeout,
    };
    Ok(match &config.mail.url {
        Some(url) => {
            let url = url.expose();
            Arc::new(SmtpMailer::new(
                url,
                more_roots.as_deref(),
                patience,
                settings,
            )?)
        }
        None => Arc::new(MailFiles::new(config.mail.directory.clone(), settings)?),
    })
}

fn read_ca_file(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path)
        .map_err(|error| format!("`mail.ca_file`: {} cannot be read: {error}", path.display()))
}

/// The configured key; without one, the file beside the SQLite database.
fn secret_key(config: &Config, url: &DatabaseUrl) -> Result<SecretKey, Box<dyn Error>> {
    if let Some(key) = &config.secret_key {
        return Ok(key.clone());
    }
    let database = url.sqlite_path().ok_or(KEY_MISSING)?;
    let folder = database.parent().unwrap_or(Path::new(""));
    Ok(load_or_create_secret_key(&folder.join(KEY_FILE))?)
}
