//! Which database, as `database.url` names it.

use std::fmt;
use std::path::{Path, PathBuf};

use super::libpq_paths::LibpqPaths;

/// What libpq does unless the URL says otherwise: a host that is gone is given up on within seconds, in whatever
/// state the connection is. Spans are in seconds, `tcp_user_timeout` in milliseconds.
const POSTGRES_DEFAULTS: [(&str, &str); 8] = [
    ("fallback_application_name", "azuma"),
    ("connect_timeout", "3"),
    ("keepalives", "1"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "10000"),
    // A standby may lag, and would say that nothing was revoked.
    ("target_session_attrs", "read-write"),
];

/// The authorities that the machine trusts.
const SYSTEM_AUTHORITIES: &str = "sslrootcert=system";

/// A database's address, parsed. Written out (`Display`, `Debug`) it shows no password and no parameter.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(Location);

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Location {
    /// An SQLite database that lives as long as its only connection.
    Memory,
    /// An SQLite file.
    File(PathBuf),
    /// A Postgres server, in libpq's own words, [`POSTGRES_DEFAULTS`] included.
    Postgres(String),
}

/// The text names no database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDatabaseUrl {
    /// The scheme is none of ours.
    #[error("the database URL must begin with sqlite:// or postgres://")]
    Scheme,
    /// There is no path.
    #[error("the database URL names no file: write sqlite://path/to/azuma.db, or sqlite::memory:")]
    NoPath,
    /// SQLite's own URI parameters, which are ours to set.
    #[error("a sqlite:// URL takes no parameters, and its path no '?' and no NUL")]
    SqliteParameters,
    /// What libpq would cut in the wrong place, showing a part of the password in its message.
    #[error(
        "in the database URL, '@', '/', '%' and NUL in a user or password must be percent-encoded"
    )]
    Encoding,
}

impl DatabaseUrl {
    /// Reads `sqlite://path` (`sqlite:///path` from the root), `sqlite::memory:`, or a libpq URI that begins with
    /// `postgres://` or `postgresql://`.
    ///
    /// # Errors
    /// [`InvalidDatabaseUrl`] for everything else. Whether a Postgres URI means anything, libpq alone knows; it says
    /// so when it connects.
    pub fn parse(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        if text == "sqlite::memory:" {
            return Ok(Self(Location::Memory));
        }
        if let Some(path) = text.strip_prefix("sqlite://") {
            return parse_file(path).map(Self);
        }
        let (scheme, rest) = text.split_once("://").ok_or(InvalidDatabaseUrl::Scheme)?;
        if !matches!(scheme, "postgres" | "postgresql") {
            return Err(InvalidDatabaseUrl::Scheme);
        }
        parse_postgres(rest, LibpqPaths::find()).map(Self)
    }

    /// The SQLite file, for what lives beside it; `None` for Postgres and for memory.
    #[must_use]
    pub fn sqlite_path(&self) -> Option<&Path> {
        match &self.0 {
            Location::File(path) => Some(path),
            Location::Memory | Location::Postgres(_) => None,
        }
    }

    /// Whether several nodes can share the database.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(self.0, Location::Postgres(_))
    }

    pub(super) fn location(&self) -> &Location {
        &self.0
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Location::Memory => f.write_str("sqlite::memory:"),
            Location::File(path) => write!(f, "sqlite://{}", path.display()),
            Location::Postgres(uri) => {
                let (user, rest) = credentials(uri.strip_prefix("postgres://").unwrap_or(""));
                let place = rest.split('?').next().unwrap_or("");
                match user.map(|user| user.split(':').next().unwrap_or("")) {
                    Some(name) => write!(f, "postgres://{name}:***@{place}"),
                    None => write!(f, "postgres://{place}"),
                }
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
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
    Ok(Location::Postgres(format!(
        "postgres://{user}{place}?{}",
        parameters.join("&")
    )))
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
        assert_eq!(parse("sqlite::memory:").sqlite_path(), None);
        assert!(!parse("sqlite::memory:").is_postgres());
    }

    #[test]
    fn what_names_no_database_is_refused_with_the_reason() {
        let refusal = |text| DatabaseUrl::parse(text).expect_err(text);
        for text in [
            "",
            "azuma.db",
            "mysql://localhost/azuma",
            "sqlite:azuma.db",
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
            "postgres://azuma:a%zz@db/azuma",
            "postgres://azuma:a%00@db/azuma",
            "postgres://azuma:a%4@db/azuma",
        ] {
            assert_eq!(refusal(text), InvalidDatabaseUrl::Encoding, "{text}");
        }
    }

    #[test]
    fn no_password_is_ever_written_out() {
        for (text, shown) in [
            (
                "postgres://azuma:secret@db:5432/azuma",
                "postgres://azuma:***@db:5432/azuma",
            ),
            (
                "postgresql://azuma:se?cret@db/azuma?a=b",
                "postgres://azuma:***@db/azuma",
            ),
            (
                "postgres://azuma@db/azuma?password=secret",
                "postgres://azuma:***@db/azuma",
            ),
            (
                "postgres:///azuma?host=/run&user=a&password=secret",
                "postgres:///azuma",
            ),
        ] {
            let url = parse(text);
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), format!("DatabaseUrl({shown})"));
        }
    }

    fn on_a_machine_with_everything(text: &str) -> String {
        let paths = LibpqPaths {
            socket_directory: Some("/run/postgresql"),
            authorities: Some("/etc/ssl/all.crt"),
        };
        let rest = text.strip_prefix("postgres://").expect("a URL of Postgres");
        match parse_postgres(rest, paths) {
            Ok(Location::Postgres(uri)) => uri,
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
            parse("postgres://db/azuma?connect_timeout=30&sslmode=verify-full").0
        else {
            panic!("not Postgres");
        };
        assert!(uri.starts_with(
            "postgres://db/azuma?connect_timeout=30&sslmode=verify-full&fallback_application_name=azuma&keepalives=1&"
        ));
        assert_eq!(uri.matches("connect_timeout").count(), 1);
    }
}
