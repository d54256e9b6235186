//! Assembles the server. Only this module and `config`, which parses values into their types, may name `azuma-infra`.

mod backups;
mod copies;
mod examining;
mod imports;
mod keys;
mod mail;
mod operator;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use azuma_domain::ports::{
    AbuseGuard, Clock, Entropy, PasswordHasher, SessionCheck, Store, StoreError,
};
use azuma_domain::services::{
    Accounts, Doorkeeper, Health, Housekeeping, KeptFor, Mailing, PasswordBlocklist, ServiceAccess,
    SessionIssuer, Sessions, SharedClock,
};
use azuma_domain::token::{SecretKey, TokenKeys};
use azuma_infra::abuse_guard::{NoGuard, RateLimits, Rates};
use azuma_infra::clock::SystemClock;
use azuma_infra::common_passwords::CommonPasswordTable;
pub use azuma_infra::durations::{DurationCounts, Durations};
use azuma_infra::entropy::SystemEntropy;
use azuma_infra::hashing::Argon2Hasher;
use azuma_infra::secret_key_file::{KEY_FILE, load_or_create_secret_key};
use azuma_infra::security_log::SecurityLogLines;
use azuma_infra::session_cache::{CheckCounts, SessionCache};
use azuma_infra::store::{
    DieselStore, OpenError, PoolOptions, StoreLoad, is_up_to_date, migrate, wait_for_database,
};
pub use azuma_infra::store::{
    MigrationPlan, MigrationState, PlannedMigration, ServerExamination, Verdict,
};

pub use examining::{
    KeyRights, KeySource, examine, find_key, live_copy_target, look_at_sessions, try_mail_server,
};
pub use keys::{PresentKey, key_admin, key_in, make_key, present_key};

pub use backups::{
    ExistingDatabase, KeyPlace, RestoredBackup, RestoredKey, back_up, finish_restore, restore,
};
pub use copies::{CopiedDatabase, Copy, Progress, Stage, copy_database};
pub use imports::{user_import, user_source};
pub use operator::{
    account_admin, audit_admin, credential_admin, invite_admin, outbox_admin, service_admin,
    session_admin, test_mail,
};

use mail::mailer;

use crate::config::{AccessLog, Config};
use crate::telemetry::{NotingCheck, NotingStore};
use crate::traces::{TracedHasher, TracedStore, Traces};

const KEY_MISSING: &str = "`secret_key` is missing: with Postgres, set AZUMA_SECRET_KEY, or name its file by AZUMA_SECRET_KEY_FILE, \
                           to the same 32 random bytes in base64 on every node; `openssl rand -base64 32` prints them";

const NOT_UP_TO_DATE: &str = "the database does not exist, or its schema is older than this version: run \
                              `azuma migrate` first";

const ANOTHER_DATABASE: &str = "the migrations of `database.migrate_url` are not visible through `database.url`: both \
                                must name the same database, and the user of `database.url` must be allowed to read \
                                its tables, including `__diesel_schema_migrations`";

/// The services and the session cache of a running server.
pub struct Parts {
    pub accounts: Arc<Accounts>,
    pub sessions: Arc<Sessions>,
    pub service_access: Arc<ServiceAccess>,
    pub mailing: Arc<Mailing>,
    pub housekeeping: Arc<Housekeeping>,
    pub health: Arc<Health>,
    pub session_cache: SessionCache,
    pub readings: Readings,
}

/// What the parts of a running server count of themselves.
#[derive(Clone)]
pub struct Readings {
    store: DieselStore,
    hasher: Arc<Argon2Hasher>,
    session_cache: SessionCache,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Readings {
    pub fn store(&self) -> StoreLoad {
        self.store.load()
    }

    pub fn checks(&self) -> CheckCounts {
        self.session_cache.checks()
    }

    pub fn hashes_waiting(&self) -> u64 {
        u64::try_from(self.hasher.waiting()).unwrap_or(u64::MAX)
    }

    pub fn hash_durations(&self) -> DurationCounts {
        self.hasher.durations()
    }

    /// Measures how long this node goes on to accept a session that is ended elsewhere.
    pub async fn time_revocation(&self) -> Result<Option<Duration>, StoreError> {
        let (clock, entropy) = (&*self.clock, &*self.entropy);
        self.session_cache.time_revocation(clock, entropy).await
    }
}

/// Opens the database, migrates it to this version's schema, and builds the services.
pub fn assemble(config: &Config, traces: Option<&Traces>) -> Result<Parts, Box<dyn Error>> {
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
    let followed: Arc<dyn Store> = Arc::new(store.open_another(for_polls(config))?);
    let own_store = store.clone();
    let store = noting_store(config, traces, Arc::new(store));
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::open()?);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let session_cache = SessionCache::new(
        Arc::clone(&store),
        Arc::clone(&followed),
        Arc::clone(&clock),
        config.sessions.cache_entries,
    );
    let session_check = noting_check(config, traces, Arc::new(session_cache.clone()));
    let argon2 = Arc::new(Argon2Hasher::start(config.passwords.hashing())?);
    let hasher = traced_hasher(traces, Arc::clone(&argon2) as _);
    let mailer = mailer(config)?;
    let keys = TokenKeys::new(key, config.previous_secret_keys.clone());
    let doorkeeper = Doorkeeper::new(guard(config), Arc::new(SecurityLogLines));
    let readings = Readings {
        store: own_store,
        hasher: argon2,
        session_cache: session_cache.clone(),
        clock: Arc::clone(&clock),
        entropy: Arc::clone(&entropy),
    };
    let issuer = SessionIssuer::new(keys.clone(), Arc::clone(&entropy));
    let sessions = Arc::new(Sessions {
        store: Arc::clone(&store),
        session_check: Arc::clone(&session_check),
        hasher: Arc::clone(&hasher),
        doorkeeper: doorkeeper.clone(),
        issuer: issuer.clone(),
        keys: keys.clone(),
        clock: Arc::clone(&clock),
        entropy: Arc::clone(&entropy),
        new_login_notice: config.mail.new_login_notice(),
        lifetimes: config.sessions.lifetimes(),
        sessions_per_user: config.sessions.per_user,
    });
    Ok(Parts {
        service_access: Arc::new(ServiceAccess {
            store: Arc::clone(&store),
            sessions: Arc::clone(&sessions),
            history: session_cache.history(),
            doorkeeper: doorkeeper.clone(),
            clock: Arc::clone(&clock),
        }),
        accounts: Arc::new(Accounts {
            store: Arc::clone(&store),
            session_check,
            hasher,
            doorkeeper,
            issuer,
            keys: keys.clone(),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            registration: config.registration.rules(),
            password_rules: config.passwords.rules(),
            blocklist: blocklist(config),
            current_password: config.passwords.current_password_rule(),
            registration_lifetime: config.registration.lifetime,
            recovery_lifetime: config.recovery.lifetime,
        }),
        sessions,
        mailing: Arc::new(Mailing {
            store: Arc::clone(&store),
            mailer: Arc::clone(&mailer),
            keys,
            clock: Arc::new(SharedClock::new(Arc::clone(&clock))),
            entropy: Arc::clone(&entropy),
        }),
        // Not the connections of requests: a server that is busy is not one that cannot reach its database.
        health: Arc::new(Health::new(followed, Arc::clone(&clock))),
        housekeeping: Arc::new(Housekeeping::new(
            store,
            mailer,
            clock,
            KeptFor {
                mail: config.mail.keep,
                events: config.audit.keep,
            },
        )),
        session_cache,
        readings,
    })
}

/// Migrates the database to this version's schema, and returns the names of the applied migrations.
pub fn migrate_database(config: &Config) -> Result<Vec<String>, Box<dyn Error>> {
    let database = &config.database;
    let url = (database.migrate_url.as_ref()).unwrap_or(&database.url);
    wait_for_database(url, database.start_timeout)?;
    Ok(migrate(url)?)
}

/// What [`migrate_database`] would do. Changes nothing.
pub fn plan_migration(config: &Config) -> Result<MigrationPlan, Box<dyn Error>> {
    let database = &config.database;
    let url = (database.migrate_url.as_ref()).unwrap_or(&database.url);
    Ok(azuma_infra::store::plan_migration(url)?)
}

/// The store, which notes how long it takes where somebody is told, and whose units of work are spans where requests are
/// traced.
fn noting_store(config: &Config, traces: Option<&Traces>, store: Arc<dyn Store>) -> Arc<dyn Store> {
    match (config.telemetry.access_log(), traces) {
        (_, Some(traces)) => Arc::new(NotingStore(Arc::new(TracedStore {
            store,
            traces: traces.clone(),
            system: match config.database.url.sqlite_path() {
                Some(_) => "sqlite",
                None => "postgresql",
            },
        }))),
        (AccessLog::On, None) => Arc::new(NotingStore(store)),
        (AccessLog::Off, None) => store,
    }
}

/// The session check, which notes whom it finds where somebody is told.
fn noting_check(
    config: &Config,
    traces: Option<&Traces>,
    check: Arc<dyn SessionCheck>,
) -> Arc<dyn SessionCheck> {
    match (config.telemetry.access_log(), traces) {
        (AccessLog::On, _) | (AccessLog::Off, Some(_)) => Arc::new(NotingCheck(check)),
        (AccessLog::Off, None) => check,
    }
}

fn traced_hasher(
    traces: Option<&Traces>,
    hasher: Arc<dyn PasswordHasher>,
) -> Arc<dyn PasswordHasher> {
    match traces {
        Some(traces) => Arc::new(TracedHasher {
            hasher,
            traces: traces.clone(),
        }),
        None => hasher,
    }
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

/// The options of the store for polls: two connections, so that polls continue while one connection hangs.
fn for_polls(config: &Config) -> PoolOptions {
    PoolOptions {
        max_connections: 2,
        acquire_timeout: PoolOptions::default().acquire_timeout,
        ..pool_options(config)
    }
}

fn blocklist(config: &Config) -> PasswordBlocklist {
    match config.passwords.blocklist {
        true => PasswordBlocklist::On(Arc::new(CommonPasswordTable::built_in())),
        false => PasswordBlocklist::Off,
    }
}

fn guard(config: &Config) -> Arc<dyn AbuseGuard> {
    match config.abuse.enabled {
        true => Arc::new(RateLimits::new(Rates {
            mails_per_hour: config.mail.hourly_limit,
            service_requests: config.limits.service_requests,
        })),
        false => Arc::new(NoGuard),
    }
}

/// The configured key, or else the key in the file beside the SQLite database.
fn secret_key(config: &Config) -> Result<SecretKey, Box<dyn Error>> {
    if let Some(key) = &config.secret_key {
        return Ok(key.clone());
    }
    let file = key_file(config).ok_or(KEY_MISSING)?;
    Ok(load_or_create_secret_key(&file)?)
}

/// The file of the key beside an SQLite database.
fn key_file(config: &Config) -> Option<PathBuf> {
    let database = config.database.url.sqlite_path()?;
    let folder = database.parent().unwrap_or(Path::new(""));
    Some(folder.join(KEY_FILE))
}
