//! Most sections of the configuration. `config/default.toml` says what each key is for and holds its default.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use azuma_domain::mail::NewLoginNotice;
use azuma_infra::mail::{InstanceName, Sender, SmtpUrl};
use azuma_infra::store::{DatabaseUrl, Pooling};
use azuma_infra::web::PublicUrl;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::address::{ListenAddress, networks};
use super::listen::{Listen, SocketMode};
use super::origins;
use super::parsed::{secret, secret_if_any, shown, shown_if_any};
use super::range::{DECADE, HOUR, MINUTE, Span, whole};
use super::text::{LogFilter, LogFormat, directory, path_if_any, write_path_if_any};
use super::tls::Tls;
use super::traces::{CollectorHeaders, CollectorUrl, TraceSample};

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
    /// How long a connection stays open without a request, at least.
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
pub(super) fn or_cores(threads: usize) -> usize {
    match threads {
        0 => std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
        threads => threads,
    }
}
