//! The URL of a database.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use zeroize::Zeroizing;

use super::libpq_paths::LibpqPaths;
use crate::MASK;

/// The parameters of libpq that apply unless the URL sets them: a connection to a dead host fails within seconds.
/// Times are in seconds, `tcp_user_timeout` in milliseconds.
const POSTGRES_DEFAULTS: [(&str, &str); 8] = [
    ("fallback_application_name", "azuma"),
    ("connect_timeout", "3"),
    ("keepalives", "1"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "10000"),
    // A standby may lag, and would not see the latest revocations.
    ("target_session_attrs", "read-write"),
];

/// The certificate authorities that the machine trusts.
const SYSTEM_AUTHORITIES: &str = "sslrootcert=system";

/// The parameters of libpq that hold no secret. All others, known or unknown, are masked.
const SHOWN_PARAMETERS: &str = "application_name channel_binding client_encoding connect_timeout dbname \
     fallback_application_name gssdelegation gssencmode gsslib host hostaddr keepalives keepalives_count keepalives_idle \
     keepalives_interval krbsrvname load_balance_hosts max_protocol_version min_protocol_version oauth_client_id \
     oauth_issuer oauth_scope options passfile port replication require_auth requirepeer service ssl_max_protocol_version \
     ssl_min_protocol_version sslcert sslcertmode sslcompression sslcrl sslcrldir sslkey sslkeylogfile sslmode \
     sslnegotiation sslrootcert sslsni target_session_attrs tcp_user_timeout user";

/// The parsed URL of a database. `Display` and `Debug` write the text it was parsed from, with secrets masked.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    location: Location,
    masked: String,
}

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Location {
    /// An SQLite database that lives as long as its only connection.
    Memory,
    /// An SQLite file.
    File(PathBuf),
    /// A Postgres server: a URI for libpq, with [`POSTGRES_DEFAULTS`].
    Postgres(Zeroizing<String>),
}

/// The text is not a [`DatabaseUrl`]. The error's text follows the name of the value, and does not repeat the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDatabaseUrl {
    /// The scheme is not supported.
    #[error("must begin with `sqlite://` or `postgres://`")]
    Scheme,
    /// There is no path.
    #[error("names no file; write `sqlite://path/to/azuma.db`")]
    NoPath,
    /// The URL has SQLite parameters, which Azuma sets itself.
    #[error("takes no parameters with `sqlite://`, and no `?` or NUL in the path")]
    SqliteParameters,
    /// libpq would split the URL in the wrong place, and show a part of the password in its message.
    #[error("must have `@`, `/`, `%` and NUL in its user and password percent-encoded")]
    Encoding,
}

impl DatabaseUrl {
    /// Reads `sqlite://path` (`sqlite:///path` from the root), or a libpq URI that begins with `postgres://` or
    /// `postgresql://`.
    ///
    /// # Errors
    /// [`InvalidDatabaseUrl`] for any other text. Only libpq checks the rest of a Postgres URI, when it connects.
    pub fn parse(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        let (scheme, rest) = text.split_once("://").ok_or(InvalidDatabaseUrl::Scheme)?;
        match scheme {
            "sqlite" => Ok(Self {
                location: parse_file(rest)?,
                masked: text.to_owned(),
            }),
            "postgres" | "postgresql" => Ok(Self {
                location: parse_postgres(rest, LibpqPaths::find())?,
                masked: format!("{scheme}://{}", mask(rest)),
            }),
            _ => Err(InvalidDatabaseUrl::Scheme),
        }
    }

    /// An SQLite database that lives as long as the store that opens it.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            location: Location::Memory,
            masked: "sqlite::memory:".to_owned(),
        }
    }

    /// The SQLite file, for what lives beside it; `None` for Postgres and for memory.
    #[must_use]
    pub fn sqlite_path(&self) -> Option<&Path> {
        match &self.location {
            Location::File(path) => Some(path),
            Location::Memory | Location::Postgres(_) => None,
        }
    }

    pub(super) fn location(&self) -> &Location {
        &self.location
    }
}

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        Self::parse(text)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

/// What follows `postgres://`, without the password and the values of parameters that may be secret.
fn mask(rest: &str) -> String {
    let (user, place) = credentials(rest);
    // Whatever stands before the `@` is user and password to libpq, even what looks like parameters.
    let user = user.map(|user| match user.split_once([':', '?', '#']) {
        Some((name, _)) => format!("{name}:{MASK}@"),
        None => format!("{user}@"),
    });
    let (place, parameters) = match place.split_once('?') {
        Some((place, parameters)) => (place, format!("?{}", mask_parameters(parameters))),
        None => (place, String::new()),
    };
    format!("{}{place}{parameters}", user.unwrap_or_default())
}

fn mask_parameters(parameters: &str) -> String {
    let masked = parameters
        .split('&')
        .map(|part| match part.split_once('=') {
            Some((name, _)) if SHOWN_PARAMETERS.split(' ').any(|shown| shown == name) => {
                part.to_owned()
            }
            Some((name, _)) => format!("{name}={MASK}"),
            None if part.is_empty() => String::new(),
            // What has no name may be the end of a value in which `&` was not percent-encoded.
            None => MASK.to_owned(),
        });
    masked.collect::<Vec<_>>().join("&")
}

fn parse_file(path: &str) -> Result<Location, InvalidDatabaseUrl> {
    if path.is_empty() || path.ends_with('/') || path == ":memory:" {
        return Err(InvalidDatabaseUrl::NoPath);
    }
    if path.contains(['?', '\0']) {
        return Err(InvalidDatabaseUrl::SqliteParameters);
    }
    Ok(Location::File(PathBuf::from(path)))
}

/// `rest` is what follows `postgres://`.
fn parse_postgres(rest: &str, paths: LibpqPaths) -> Result<Location, InvalidDatabaseUrl> {
    let (user, place) = credentials(rest);
    let (place, parameters) = place.split_once('?').unwrap_or((place, ""));
    if place.contains('@') || !is_percent_encoded(rest) {
        return Err(InvalidDatabaseUrl::Encoding);
    }
    let given: Vec<&str> = parameters
        .split('&')
        .filter(|part| !part.is_empty())
        .collect();
    let says = |name: &str| {
        given
            .iter()
            .any(|part| part.split('=').next() == Some(name))
    };
    let names_no_host = place.is_empty() || place.starts_with(['/', ':']);
    let is_local = names_no_host && !["host", "hostaddr", "service"].into_iter().any(says);
    let socket = paths.socket_directory.filter(|_| is_local);
    // With another mode than its own, `system` is an error that libpq words better.
    let authorities = paths
        .authorities
        .filter(|_| given.contains(&SYSTEM_AUTHORITIES) && is_verified_by_name(&given));
    let found = [
        socket.map(|directory| format!("host={directory}")),
        authorities.map(|file| format!("sslrootcert={file}")),
        authorities.map(|_| "sslmode=verify-full".to_owned()),
    ];
    let defaults = POSTGRES_DEFAULTS
        .iter()
        .filter(|(name, _)| !says(name))
        .map(|(name, value)| format!("{name}={value}"));
    let parameters: Vec<String> = given
        .iter()
        .filter(|part| authorities.is_none() || **part != SYSTEM_AUTHORITIES)
        .map(|part| (*part).to_owned())
        .chain(found.into_iter().flatten())
        .chain(defaults)
        .collect();
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    let uri = format!("postgres://{user}{place}?{}", parameters.join("&"));
    Ok(Location::Postgres(Zeroizing::new(uri)))
}

/// Whether a URL leaves `sslmode` to what `sslrootcert=system` makes of it, or says the same.
fn is_verified_by_name(given: &[&str]) -> bool {
    given
        .iter()
        .all(|part| !part.starts_with("sslmode=") || *part == "sslmode=verify-full")
}

/// What stands before the `@`, found as libpq finds it, and what follows.
fn credentials(rest: &str) -> (Option<&str>, &str) {
    let end = rest.find(['@', '/']).unwrap_or(rest.len());
    let (before, after) = rest.split_at(end);
    match after.strip_prefix('@') {
        Some(place) => (Some(before), place),
        None => (None, rest),
    }
}

/// Whether every `%` begins the code of a byte that libpq takes.
fn is_percent_encoded(text: &str) -> bool {
    !text.contains('\0')
        && text.split('%').skip(1).all(|after| {
            after.get(..2).is_some_and(|code| {
                code != "00" && code.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> DatabaseUrl {
        DatabaseUrl::parse(text).expect("a database URL")
    }

    #[test]
    fn an_sqlite_url_names_a_file() {
        assert_eq!(
            parse("sqlite://data/azuma.db").sqlite_path(),
            Some(Path::new("data/azuma.db"))
        );
        assert_eq!(
            parse("sqlite:///var/lib/azuma.db").sqlite_path(),
            Some(Path::new("/var/lib/azuma.db"))
        );
        assert_eq!(DatabaseUrl::in_memory().sqlite_path(), None);
    }

    #[test]
    fn what_names_no_database_is_refused_with_the_reason() {
        let refusal = |text| DatabaseUrl::parse(text).expect_err(text);
        for text in [
            "",
            "azuma.db",
            "mysql://localhost/azuma",
            "sqlite:azuma.db",
            "sqlite::memory:",
            "postgres:x",
        ] {
            assert_eq!(refusal(text), InvalidDatabaseUrl::Scheme, "{text}");
        }
        for text in ["sqlite://", "sqlite://data/", "sqlite://:memory:"] {
            assert_eq!(refusal(text), InvalidDatabaseUrl::NoPath, "{text}");
        }
        assert_eq!(
            refusal("sqlite://azuma.db?mode=ro"),
            InvalidDatabaseUrl::SqliteParameters
        );
        for text in [
            "postgres://azuma:a@b@db/azuma",
            "postgres://azuma:a/b@db/azuma",
            "postgres://azuma:12/b@db/azuma",
            "postgres://azuma:a%zz@db/azuma",
            "postgres://azuma:a%00@db/azuma",
            "postgres://azuma:a%4@db/azuma",
        ] {
            assert_eq!(refusal(text), InvalidDatabaseUrl::Encoding, "{text}");
        }
    }

    #[test]
    fn a_password_is_masked() {
        for (text, shown) in [
            ("postgres://u:pw@db/azuma", "postgres://u:********@db/azuma"),
            ("postgres://:pw@/a", "postgres://:********@/a"),
            (
                "postgresql://u:pw@a:1,b:2/a",
                "postgresql://u:********@a:1,b:2/a",
            ),
            (
                "postgres://db/a?user=u&password=pw&sslPassword=pw2&sslmode=require",
                "postgres://db/a?user=u&password=********&sslPassword=********&sslmode=require",
            ),
            ("postgres://u:p?w@db/a", "postgres://u:********@db/a"),
            (
                "postgres://u:p#w@db/a?host=c",
                "postgres://u:********@db/a?host=c",
            ),
            ("postgres://db?password=p@w", "postgres://db:********@w"),
        ] {
            let url = parse(text);
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), format!("DatabaseUrl({shown})"));
        }
    }

    #[test]
    fn of_the_parameters_those_that_are_no_secret_are_shown_and_no_others() {
        for secret in [
            "password",
            "sslpassword",
            "p%61ssword",
            "scram_client_key",
            "scram_server_key",
            "oauth_client_secret",
            "of_a_later_release",
        ] {
            let url = format!("postgres://db/a?sslmode=require&{secret}=pw&user=u");
            let shown = format!("postgres://db/a?sslmode=require&{secret}=********&user=u");
            assert_eq!(parse(&url).to_string(), shown);
        }
        let url = parse("postgres://db/a?password=p&w");
        assert_eq!(
            url.to_string(),
            "postgres://db/a?password=********&********"
        );
    }

    #[test]
    fn a_url_without_a_password_is_shown_as_it_is() {
        for text in [
            "sqlite://data/azuma.db",
            "postgres://u@db:5432/azuma?sslmode=verify-full",
            "postgres://db:5432/azuma?application_name=a@b",
            "postgres:///azuma?host=/run/postgresql",
        ] {
            assert_eq!(parse(text).to_string(), text);
        }
    }

    fn on_a_machine_with_everything(text: &str) -> String {
        let paths = LibpqPaths {
            socket_directory: Some("/run/postgresql"),
            authorities: Some("/etc/ssl/all.crt"),
        };
        let rest = text.strip_prefix("postgres://").expect("a URL of Postgres");
        match parse_postgres(rest, paths) {
            Ok(Location::Postgres(uri)) => uri.to_string(),
            _ => panic!("not Postgres: {text}"),
        }
    }

    #[test]
    fn the_authorities_of_the_system_are_those_of_this_machine() {
        for text in [
            "postgres://db/azuma?sslrootcert=system",
            "postgres://db/azuma?sslmode=verify-full&sslrootcert=system",
        ] {
            let uri = on_a_machine_with_everything(text);
            assert!(uri.contains("sslrootcert=/etc/ssl/all.crt"), "{uri}");
            assert!(uri.contains("sslmode=verify-full"), "{uri}");
            assert!(!uri.contains("system"), "{uri}");
        }
    }

    #[test]
    fn a_weak_mode_beside_the_authorities_of_the_system_is_for_libpq_to_refuse() {
        let uri =
            on_a_machine_with_everything("postgres://db/azuma?sslmode=prefer&sslrootcert=system");
        assert!(uri.contains("sslmode=prefer&sslrootcert=system&"), "{uri}");
    }

    #[test]
    fn only_a_url_without_a_host_is_led_to_the_socket_of_this_machine() {
        for (text, is_led) in [
            ("postgres:///azuma", true),
            ("postgres://azuma@/azuma", true),
            ("postgres://", true),
            ("postgres://db/azuma", false),
            ("postgres:///azuma?host=/tmp", false),
            ("postgres:///azuma?service=azuma", false),
        ] {
            let uri = on_a_machine_with_everything(text);
            assert_eq!(uri.contains("host=/run/postgresql"), is_led, "{uri}");
        }
    }

    #[test]
    fn the_url_has_the_last_word_about_its_parameters() {
        let Location::Postgres(uri) =
            parse("postgres://db/azuma?connect_timeout=30&sslmode=verify-full").location
        else {
            panic!("not Postgres");
        };
        assert!(uri.starts_with(
            "postgres://db/azuma?connect_timeout=30&sslmode=verify-full&fallback_application_name=azuma&keepalives=1&"
        ));
        assert_eq!(uri.matches("connect_timeout").count(), 1);
    }
}
