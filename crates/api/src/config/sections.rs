//! The sections of the configuration. `config/default.toml` says what each key is for and holds its default.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use azuma_domain::mail::NewLoginNotice;
use azuma_domain::registration::{EmailDomains, EmailProof, RegistrationMode, RegistrationRules};
use azuma_domain::session::{Lifetimes, SessionPolicy, SessionTerms};
use azuma_domain::token::TokenShape;
use azuma_domain::user::{CurrentPasswordRule, PasswordRules};
use azuma_infra::hashing::Argon2Settings;
use azuma_infra::mail::{InstanceName, Sender, SmtpUrl};
use azuma_infra::store::{DatabaseUrl, Pooling};
use azuma_infra::web::{PageUrl, PublicUrl};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::address::{ListenAddress, networks};
use super::listen::{Listen, SocketMode};
use super::parsed::{secret, secret_if_any, shown, shown_if_any};
use super::range::{DAY, DECADE, HOUR, MINUTE, Span, whole};
use super::text::{LogFilter, LogFormat, directory, path_if_any, write_path_if_any};
use super::tls::Tls;
use super::traces::{CollectorHeaders, CollectorUrl, TraceSample};
use super::{email_domains, origins};

/// `http`: how clients reach the server.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Where the server listens.
    #[serde(with = "shown")]
    pub listen: Listen,
    /// The mode of the unix socket that the server creates.
    #[serde(with = "shown")]
    pub socket_mode: SocketMode,
    /// The URL that clients use.
    #[serde(with = "secret")]
    pub public_url: PublicUrl,
    /// The networks of the proxies that are trusted about a client's address.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// The number of threads that answer requests; 0 means one for each core.
    #[serde(deserialize_with = "whole::<0, 512, _, _>")]
    pub workers: usize,
    /// How long an idle connection stays open; zero closes it after each response.
    #[serde(with = "Span::<0, HOUR>")]
    pub keep_alive: Duration,
    /// How long the body of a request may take to arrive.
    #[serde(with = "Span::<1_000, HOUR>")]
    pub body_timeout: Duration,
    /// The most connections of one client.
    #[serde(deserialize_with = "whole::<1, 1_000_000, _, _>")]
    pub connections_per_client: usize,
    /// How long a server that was told to stop still takes requests, and says that it is not ready.
    #[serde(with = "Span::<0, HOUR>")]
    pub shutdown_delay: Duration,
    /// How long a stopping server may take to finish open requests.
    #[serde(with = "Span::<0, HOUR>")]
    pub shutdown_grace: Duration,
    /// Which pages may use the APIs from elsewhere.
    pub cors: Cors,
    /// The certificate of the server itself.
    pub tls: Tls,
}

/// `http.cors`: pages of other origins.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Cors {
    /// The origins of pages that may use the APIs, with cookies.
    #[serde(with = "origins")]
    pub origins: Vec<PublicUrl>,
}

impl Http {
    /// The number of threads that answer requests, at least 1.
    #[must_use]
    pub fn worker_count(&self) -> usize {
        or_cores(self.workers)
    }
}

/// `database`: the database and the connections to it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// The URL of the database.
    #[serde(with = "secret")]
    pub url: DatabaseUrl,
    /// The file that holds the URL, if it is not set itself.
    #[serde(deserialize_with = "path_if_any", serialize_with = "write_path_if_any")]
    pub url_file: Option<PathBuf>,
    /// The URL for migrations, if they need another route or user.
    #[serde(with = "secret_if_any")]
    pub migrate_url: Option<DatabaseUrl>,
    /// The file that holds the URL for migrations, if it is not set itself.
    #[serde(deserialize_with = "path_if_any", serialize_with = "write_path_if_any")]
    pub migrate_url_file: Option<PathBuf>,
    /// Whether a pooler in front of Postgres keeps one session for a connection.
    #[serde(with = "shown")]
    pub pooling: Pooling,
    /// How long the start waits for a Postgres server that is not reachable yet.
    #[serde(with = "Span::<0, HOUR>")]
    pub start_timeout: Duration,
    /// The most connections for requests. Two more follow the other nodes, and SQLite has one more for writing.
    #[serde(deserialize_with = "whole::<1, 1000, _, _>")]
    pub max_connections: u32,
    /// How long a request waits for a connection.
    #[serde(with = "Span::<1, MINUTE>")]
    pub acquire_timeout: Duration,
}

/// `instance`: the public description of the server.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// The name that `GET /` returns.
    #[serde(with = "shown")]
    pub name: InstanceName,
}

/// `dialects`: the enabled APIs.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each API is switched by itself"
)]
pub struct Dialects {
    /// The current API.
    pub azuma: bool,
    /// The API under `/api`.
    pub legacy: bool,
    /// The API under `/account`.
    pub account: bool,
    /// The API for services, under `/service`.
    pub service: bool,
}

/// `limits`: what the server gives at most.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The most requests of one service a second.
    #[serde(deserialize_with = "whole::<1, 1_000_000, _, _>")]
    pub service_requests: NonZeroU32,
}

/// `sessions`: how long sessions live.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sessions {
    /// The most live sessions of a user.
    #[serde(deserialize_with = "whole::<1, 1000, _, _>")]
    pub per_user: u32,
    /// How many sessions are cached in memory, approximately.
    #[serde(deserialize_with = "whole::<0, 100_000_000, _, _>")]
    pub cache_entries: u32,
    /// How long a session lives after it was issued; zero: as long as it is used.
    #[serde(with = "Span::<0, DECADE>")]
    pub absolute: Duration,
    /// Sessions that every use extends.
    pub sliding: Sliding,
    /// Sessions whose token is replaced before it expires.
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
    /// The remaining lifetime from which the next token is due.
    #[serde(with = "Span::<0, DECADE>")]
    pub renew_within: Duration,
    /// How long the old token works after the first use of the next one.
    #[serde(with = "Span::<0, DAY>")]
    pub grace: Duration,
}

impl Sessions {
    /// The durations that apply to all sessions.
    #[must_use]
    pub fn lifetimes(&self) -> Lifetimes {
        Lifetimes {
            extend_to: self.sliding.extend_to,
            lifetime: self.rotating.lifetime,
            renew_within: self.rotating.renew_within,
            grace: self.rotating.grace,
            absolute: self.absolute(),
        }
    }

    fn absolute(&self) -> Option<Duration> {
        Some(self.absolute).filter(|span| !span.is_zero())
    }

    /// How long a first token lives that would live for `span`.
    fn first_life(&self, span: Duration) -> Duration {
        self.absolute().map_or(span, |absolute| absolute.min(span))
    }

    /// The terms of sessions that the azuma dialect issues.
    #[must_use]
    pub fn azuma_terms(&self) -> SessionTerms {
        SessionTerms {
            policy: SessionPolicy::Sliding,
            shape: TokenShape::Uuid,
            first_life: self.first_life(self.sliding.first_use_within),
        }
    }

    /// The terms of sessions that the legacy dialect issues.
    #[must_use]
    pub fn legacy_terms(&self) -> SessionTerms {
        SessionTerms {
            policy: SessionPolicy::Rotating,
            shape: TokenShape::Alphanumeric64,
            first_life: self.first_life(self.rotating.lifetime),
        }
    }

    /// The terms of sessions that the account dialect issues.
    #[must_use]
    pub fn account_terms(&self) -> SessionTerms {
        SessionTerms {
            policy: SessionPolicy::Sliding,
            shape: TokenShape::Uuid,
            first_life: self.first_life(self.sliding.extend_to),
        }
    }
}

/// `registration`: who may register, and the verification of accounts and addresses.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// Who may register.
    #[serde(with = "shown")]
    pub mode: RegistrationMode,
    /// The domains at which addresses of new accounts must be.
    #[serde(with = "email_domains")]
    pub email_domains: EmailDomains,
    /// Whether every new account must prove an address.
    pub require_proved_email: bool,
    /// How long an account waits for verification, and how long the link works.
    #[serde(with = "Span::<1, { 30 * DAY }>")]
    pub lifetime: Duration,
    /// The page that verifies an address.
    #[serde(with = "secret")]
    pub verification_url: PageUrl,
}

impl Registration {
    /// The rules for registering.
    #[must_use]
    pub fn rules(&self) -> RegistrationRules {
        RegistrationRules {
            mode: self.mode,
            email_domains: self.email_domains.clone(),
            email_proof: match self.require_proved_email {
                true => EmailProof::Required,
                false => EmailProof::AsTheApiSays,
            },
        }
    }
}

/// `recovery`: the recovery of accounts with a lost password.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Recovery {
    /// How long a link that sets a new password works.
    #[serde(with = "Span::<MINUTE, DAY>")]
    pub lifetime: Duration,
    /// The page that sets a new password.
    #[serde(with = "secret")]
    pub reset_url: PageUrl,
}

/// `mail`: how mail is sent.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The mail server; without one, messages are written as files.
    #[serde(with = "secret_if_any")]
    pub url: Option<SmtpUrl>,
    /// The file that holds the URL, if it is not set itself.
    #[serde(deserialize_with = "path_if_any", serialize_with = "write_path_if_any")]
    pub url_file: Option<PathBuf>,
    /// The sender of every message.
    #[serde(with = "shown")]
    pub from: Sender,
    /// A file of additional certificate authorities for the mail server.
    #[serde(deserialize_with = "path_if_any", serialize_with = "write_path_if_any")]
    pub ca_file: Option<PathBuf>,
    /// How long connecting may take, TLS and authentication included.
    #[serde(with = "Span::<1_000, { 5 * MINUTE }>")]
    pub connect_timeout: Duration,
    /// How long the mail server may take to accept a message.
    #[serde(with = "Span::<1_000, { 15 * MINUTE }>")]
    pub send_timeout: Duration,
    /// The most messages an hour that clients can cause; 0 means no limit.
    #[serde(deserialize_with = "whole::<0, 1_000_000, _, _>")]
    pub hourly_limit: u32,
    /// Whether users get a mail about a login from a place that they have not logged in from before.
    pub new_login: bool,
    /// The directory of templates that replace the built-in ones.
    #[serde(deserialize_with = "path_if_any", serialize_with = "write_path_if_any")]
    pub templates: Option<PathBuf>,
    /// The directory for messages written as files.
    #[serde(deserialize_with = "directory")]
    pub directory: PathBuf,
    /// How long dead letters and messages written as files are kept.
    #[serde(with = "Span::<HOUR, DECADE>")]
    pub keep: Duration,
}

impl Mail {
    /// Whether users get a mail about a login from a new place.
    #[must_use]
    pub fn new_login_notice(&self) -> NewLoginNotice {
        match self.new_login {
            true => NewLoginNotice::Mailed,
            false => NewLoginNotice::Off,
        }
    }
}

/// `passwords`: the rules for passwords, and the cost of a hash.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Passwords {
    /// The fewest characters of a new password.
    #[serde(deserialize_with = "whole::<1, 128, _, _>")]
    pub min_length: usize,
    /// Whether common passwords, and the user's own name and address, are refused as new passwords.
    pub blocklist: bool,
    /// Whether changes of an account need its current password.
    pub require_current: bool,
    /// The memory of a hash, in KiB.
    #[serde(
        deserialize_with = "whole::<{ Argon2Settings::MIN_MEMORY_KIB }, { Argon2Settings::MAX_MEMORY_KIB }, _, _>"
    )]
    pub memory_kib: u32,
    /// The number of passes over the memory.
    #[serde(deserialize_with = "whole::<1, { Argon2Settings::MAX_ITERATIONS }, _, _>")]
    pub iterations: u32,
    /// The number of lanes of a hash.
    #[serde(deserialize_with = "whole::<1, { Argon2Settings::MAX_PARALLELISM }, _, _>")]
    pub parallelism: u32,
    /// The number of threads that hash passwords; 0 means one for each core.
    #[serde(deserialize_with = "whole::<0, { Argon2Settings::MAX_THREADS }, _, _>")]
    pub threads: usize,
}

impl Passwords {
    /// The rules for a new password.
    #[must_use]
    pub fn rules(&self) -> PasswordRules {
        PasswordRules {
            min_length: self.min_length,
        }
    }

    /// Whether changes of an account need its current password.
    #[must_use]
    pub fn current_password_rule(&self) -> CurrentPasswordRule {
        match self.require_current {
            true => CurrentPasswordRule::Required,
            false => CurrentPasswordRule::NotAsked,
        }
    }

    /// The parameters of the password hash.
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

/// `abuse`: the guard against password guessing and bulk registration.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Abuse {
    /// Whether the guard is active.
    pub enabled: bool,
}

/// `audit`: the audit trail.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// How long events are kept.
    #[serde(with = "Span::<HOUR, DECADE>")]
    pub keep: Duration,
}

/// `telemetry`: the log, metrics and traces.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// The format of log lines.
    #[serde(with = "shown")]
    pub log_format: LogFormat,
    /// The filter of log lines.
    #[serde(with = "shown")]
    pub log_filter: LogFilter,
    /// The address that metrics are served on, if they are.
    #[serde(with = "shown_if_any")]
    pub metrics_listen: Option<ListenAddress>,
    /// Whether each request is logged.
    pub access_log: bool,
    /// Where traces are sent, if they are.
    #[serde(with = "secret_if_any")]
    pub otlp_endpoint: Option<CollectorUrl>,
    /// What the collector asks for in headers.
    #[serde(with = "secret_if_any")]
    pub otlp_headers: Option<CollectorHeaders>,
    /// More authorities that the collector's certificate may be of.
    #[serde(deserialize_with = "path_if_any", serialize_with = "write_path_if_any")]
    pub otlp_ca_file: Option<PathBuf>,
    /// The share of traces that are sent.
    #[serde(with = "shown")]
    pub trace_sample: TraceSample,
}

/// Whether each request is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessLog {
    /// One line a request.
    On,
    /// None.
    Off,
}

impl Telemetry {
    /// Whether each request is logged.
    #[must_use]
    pub fn access_log(&self) -> AccessLog {
        match self.access_log {
            true => AccessLog::On,
            false => AccessLog::Off,
        }
    }
}

/// The configured number of threads, or one for each core if that is 0.
fn or_cores(threads: usize) -> usize {
    match threads {
        0 => std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
        threads => threads,
    }
}
