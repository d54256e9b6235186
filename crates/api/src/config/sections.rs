//! The sections of the configuration. `config/default.toml` says what each key is for and holds its default.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use azuma_domain::session::{Lifetimes, SessionPolicy, SessionTerms};
use azuma_domain::token::TokenShape;
use azuma_domain::user::PasswordRules;
use azuma_infra::hashing::Argon2Settings;
use azuma_infra::mail::{InstanceName, Sender, SmtpUrl};
use azuma_infra::store::{DatabaseUrl, Pooling};
use azuma_infra::web::{PageUrl, PublicUrl};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::address::{ListenAddress, networks};
use super::parsed::{secret, secret_if_any, shown};
use super::range::{DAY, DECADE, HOUR, MINUTE, Span, whole};
use super::text::{LogFilter, LogFormat, directory, path_if_any, write_path_if_any};

/// `http`: how clients reach the server.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Where it listens.
    #[serde(with = "shown")]
    pub listen: ListenAddress,
    /// What clients know it by.
    #[serde(with = "secret")]
    pub public_url: PublicUrl,
    /// Whose word about a client's address counts.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// Threads that answer requests; 0 for as many as there are cores.
    #[serde(deserialize_with = "whole::<0, 512, _, _>")]
    pub workers: usize,
    /// How long a connection without a request stays open; zero closes it after each answer.
    #[serde(with = "Span::<0, HOUR>")]
    pub keep_alive: Duration,
    /// How long the body of a request may take.
    #[serde(with = "Span::<1_000, HOUR>")]
    pub body_timeout: Duration,
    /// The most connections of one client.
    #[serde(deserialize_with = "whole::<1, 1_000_000, _, _>")]
    pub connections_per_client: usize,
    /// How long a stopping server finishes what it began.
    #[serde(with = "Span::<0, HOUR>")]
    pub shutdown_grace: Duration,
}

impl Http {
    /// Threads that answer requests.
    #[must_use]
    pub fn worker_count(&self) -> usize {
        or_cores(self.workers)
    }
}

/// `database`: where everything is kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Which database, and how to reach it.
    #[serde(with = "secret")]
    pub url: DatabaseUrl,
    /// What migrates the database, where that is to be another way or another user.
    #[serde(with = "secret_if_any")]
    pub migrate_url: Option<DatabaseUrl>,
    /// What a pooler in front of Postgres leaves of a connection.
    #[serde(with = "shown")]
    pub pooling: Pooling,
    /// How long a start waits for a server of Postgres that is not there yet.
    #[serde(with = "Span::<0, HOUR>")]
    pub start_timeout: Duration,
    /// The most connections for requests; two more follow what other nodes do, and a file of SQLite has one to write.
    #[serde(deserialize_with = "whole::<1, 1000, _, _>")]
    pub max_connections: u32,
    /// How long a request waits for one of them.
    #[serde(with = "Span::<1, MINUTE>")]
    pub acquire_timeout: Duration,
}

/// `instance`: what the server says of itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// Its name.
    #[serde(with = "shown")]
    pub name: InstanceName,
}

/// `dialects`: which APIs are served.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Dialects {
    /// The current one.
    pub azuma: bool,
    /// The one under `/api`.
    pub legacy: bool,
    /// The one under `/account`.
    pub account: bool,
}

/// `sessions`: how long sessions live.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sessions {
    /// The most that a user has at a time.
    #[serde(deserialize_with = "whole::<1, 1000, _, _>")]
    pub per_user: u32,
    /// How many of them are kept in memory.
    #[serde(deserialize_with = "whole::<0, 100_000_000, _, _>")]
    pub cache_entries: u32,
    /// Those that every use prolongs.
    pub sliding: Sliding,
    /// Those whose token is replaced now and then.
    pub rotating: Rotating,
}

/// `sessions.sliding`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sliding {
    /// How long a session of the azuma dialect lives before its first use.
    #[serde(with = "Span::<1, DECADE>")]
    pub first_use_within: Duration,
    /// How long a session lives after a use.
    #[serde(with = "Span::<1, DECADE>")]
    pub extend_to: Duration,
}

/// `sessions.rotating`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rotating {
    /// How long a token lives.
    #[serde(with = "Span::<1, DECADE>")]
    pub lifetime: Duration,
    /// With this much left or less, the next token is due.
    #[serde(with = "Span::<0, DECADE>")]
    pub renew_within: Duration,
    /// How long the old token works after the first use of the next.
    #[serde(with = "Span::<0, DAY>")]
    pub grace: Duration,
}

impl Sessions {
    /// The spans that hold for every session.
    #[must_use]
    pub fn lifetimes(&self) -> Lifetimes {
        Lifetimes {
            extend_to: self.sliding.extend_to,
            lifetime: self.rotating.lifetime,
            renew_within: self.rotating.renew_within,
            grace: self.rotating.grace,
        }
    }

    /// What the azuma dialect asks of the sessions it issues.
    #[must_use]
    pub fn azuma_terms(&self) -> SessionTerms {
        SessionTerms {
            policy: SessionPolicy::Sliding,
            shape: TokenShape::Uuid,
            first_life: self.sliding.first_use_within,
        }
    }

    /// What the legacy dialect asks of the sessions it issues.
    #[must_use]
    pub fn legacy_terms(&self) -> SessionTerms {
        SessionTerms {
            policy: SessionPolicy::Rotating,
            shape: TokenShape::Alphanumeric64,
            first_life: self.rotating.lifetime,
        }
    }

    /// What the account dialect asks of the sessions it issues.
    #[must_use]
    pub fn account_terms(&self) -> SessionTerms {
        SessionTerms {
            policy: SessionPolicy::Sliding,
            shape: TokenShape::Uuid,
            first_life: self.sliding.extend_to,
        }
    }
}

/// `registration`: accounts that wait for verification.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// How long they wait.
    #[serde(with = "Span::<1, { 30 * DAY }>")]
    pub lifetime: Duration,
    /// The page that verifies them.
    #[serde(with = "secret")]
    pub verification_url: PageUrl,
}

/// `recovery`: accounts whose password is lost.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Recovery {
    /// How long a link works that sets a new one.
    #[serde(with = "Span::<MINUTE, DAY>")]
    pub lifetime: Duration,
    /// The page that sets it.
    #[serde(with = "secret")]
    pub reset_url: PageUrl,
}

/// `mail`: how mails leave.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The mail server; without one, files are written.
    #[serde(with = "secret_if_any")]
    pub url: Option<SmtpUrl>,
    /// Whom they come from.
    #[serde(with = "shown")]
    pub from: Sender,
    /// Certificates of more authorities that the mail server's may be signed by.
    #[serde(deserialize_with = "path_if_any", serialize_with = "write_path_if_any")]
    pub ca_file: Option<PathBuf>,
    /// How long the mail server may take until it takes a message.
    #[serde(with = "Span::<1_000, { 5 * MINUTE }>")]
    pub connect_timeout: Duration,
    /// How long it may take to take it.
    #[serde(with = "Span::<1_000, { 15 * MINUTE }>")]
    pub send_timeout: Duration,
    /// The most messages within an hour that clients ask for; 0 for no limit.
    #[serde(deserialize_with = "whole::<0, 1_000_000, _, _>")]
    pub hourly_limit: u32,
    /// Where templates are that replace ours.
    #[serde(deserialize_with = "path_if_any", serialize_with = "write_path_if_any")]
    pub templates: Option<PathBuf>,
    /// Where files are written.
    #[serde(deserialize_with = "directory")]
    pub directory: PathBuf,
    /// How long those files are kept, and dead letters.
    #[serde(with = "Span::<HOUR, DECADE>")]
    pub keep: Duration,
}

/// `passwords`: what passwords are accepted, and what a hash costs.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Passwords {
    /// The fewest characters of a new one.
    #[serde(deserialize_with = "whole::<1, 128, _, _>")]
    pub min_length: usize,
    /// Memory of a hash, in KiB.
    #[serde(
        deserialize_with = "whole::<{ Argon2Settings::MIN_MEMORY_KIB }, { Argon2Settings::MAX_MEMORY_KIB }, _, _>"
    )]
    pub memory_kib: u32,
    /// Passes over the memory.
    #[serde(deserialize_with = "whole::<1, { Argon2Settings::MAX_ITERATIONS }, _, _>")]
    pub iterations: u32,
    /// Lanes of a hash.
    #[serde(deserialize_with = "whole::<1, { Argon2Settings::MAX_PARALLELISM }, _, _>")]
    pub parallelism: u32,
    /// Threads that hash; 0 for as many as there are cores.
    #[serde(deserialize_with = "whole::<0, { Argon2Settings::MAX_THREADS }, _, _>")]
    pub threads: usize,
}

impl Passwords {
    /// What is asked of a new password.
    #[must_use]
    pub fn rules(&self) -> PasswordRules {
        PasswordRules {
            min_length: self.min_length,
        }
    }

    /// How they are hashed.
    #[must_use]
    pub fn hashing(&self) -> Argon2Settings {
        Argon2Settings {
            memory_kib: self.memory_kib,
            iterations: self.iterations,
            parallelism: self.parallelism,
            threads: or_cores(self.threads),
        }
    }
}

/// `abuse`: the guard against guessing and bulk registration.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Abuse {
    /// Whether it stands.
    pub enabled: bool,
}

/// `telemetry`: what the server tells its operator.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// For whom log lines are written.
    #[serde(with = "shown")]
    pub log_format: LogFormat,
    /// Which log lines are written.
    #[serde(with = "shown")]
    pub log_filter: LogFilter,
}

/// As many threads as configured, or as there are cores.
fn or_cores(threads: usize) -> usize {
    match threads {
        0 => std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
        threads => threads,
    }
}
