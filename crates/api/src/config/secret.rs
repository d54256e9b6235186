//! Settings that are secret, or hold a secret. They are shown masked, also by `Debug` and `Serialize`.

use std::fmt;

use azuma_domain::token::SecretKey;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use url::Url;
use zeroize::Zeroizing;

/// What is shown in place of a secret.
const MASK: &str = "********";
const KEY_DEMAND: &str = "must be 32 bytes in base64, as `openssl rand -base64 32` prints them";
const KEYS_DEMAND: &str =
    "must be a list of keys of 32 bytes in base64, as `openssl rand -base64 32` prints them";
const DATABASE_DEMAND: &str = "must begin with `sqlite://` or `postgres://`";
const MAIL_DEMAND: &str = "must be empty or a URL such as `smtps://user:password@mail.example.org`, with `smtp` or `smtps` and no `tls` but `required` or `opportunistic`";

/// A URL that may hold a password. Wiped when dropped.
#[derive(Clone)]
pub struct SecretUrl(Zeroizing<String>);

impl SecretUrl {
    /// The URL with its password.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The URL with its password, if it has one, masked.
    #[must_use]
    pub fn masked(&self) -> String {
        let Some((scheme, rest)) = self.0.split_once("://") else {
            return self.0.to_string();
        };
        let (authority, tail) = rest.split_at(authority_length(rest));
        let authority = match authority.rsplit_once('@') {
            Some((user, host)) => match user.split_once(':') {
                Some((name, _)) => format!("{name}:{MASK}@{host}"),
                None => authority.to_owned(),
            },
            None => authority.to_owned(),
        };
        format!("{scheme}://{authority}{}", mask_query(tail))
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.masked().fmt(f)
    }
}

impl Serialize for SecretUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.masked())
    }
}

/// How much of a URL after `://` says who and where. A password in which `/`, `?` or `#` was not percent-encoded
/// belongs to it too, though no reader of the URL will agree.
fn authority_length(rest: &str) -> usize {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let path_end = tail.find('?').unwrap_or(tail.len());
    let ends_in_port = authority
        .rsplit(':')
        .next()
        .is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    let strays = if authority.contains('@') || !authority.contains(':') {
        None
    } else if ends_in_port {
        tail.get(..path_end).and_then(|path| path.rfind('@'))
    } else {
        tail.rfind('@')
    };
    strays.map_or(end, |at| end + at + 1 + host_length(tail.get(at + 1..)))
}

fn host_length(rest: Option<&str>) -> usize {
    rest.map_or(0, |rest| rest.find(['/', '?', '#']).unwrap_or(rest.len()))
}

/// The parameters whose values are shown: those of libpq that hold no secret, and `tls` of a mail server. Whatever
/// else there is, or will be, is masked.
const SHOWN: [&str; 46] = [
    "application_name",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "dbname",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "gsslib",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "max_protocol_version",
    "min_protocol_version",
    "oauth_client_id",
    "oauth_issuer",
    "oauth_scope",
    "options",
    "passfile",
    "port",
    "replication",
    "require_auth",
    "requirepeer",
    "service",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcert",
    "sslcertmode",
    "sslcompression",
    "sslcrl",
    "sslcrldir",
    "sslkey",
    "sslkeylogfile",
    "sslmode",
    "sslnegotiation",
    "sslrootcert",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
    "tls",
    "user",
];

/// Masks the value of each parameter that is not among [`SHOWN`].
fn mask_query(tail: &str) -> String {
    let Some((path, query)) = tail.split_once('?') else {
        return tail.to_owned();
    };
    let masked: Vec<_> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if SHOWN.contains(&name) => pair.to_owned(),
            Some((name, _)) => format!("{name}={MASK}"),
            // What has no name may be the end of a value in which `&` was not percent-encoded.
            None if pair.is_empty() => String::new(),
            None => MASK.to_owned(),
        })
        .collect();
    format!("{path}?{}", masked.join("&"))
}

/// Reads the URL of a database. What stands behind the scheme is for the store to judge.
pub(super) fn database_url<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<SecretUrl, D::Error> {
    read_database_url(Zeroizing::new(String::deserialize(deserializer)?))
}

/// Reads the URL of a database; empty is none.
pub(super) fn database_url_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SecretUrl>, D::Error> {
    let text = Zeroizing::new(String::deserialize(deserializer)?);
    match text.is_empty() {
        true => Ok(None),
        false => read_database_url(text).map(Some),
    }
}

fn read_database_url<E: Error>(text: Zeroizing<String>) -> Result<SecretUrl, E> {
    let schemes = ["sqlite://", "postgres://", "postgresql://"];
    if schemes.iter().any(|scheme| text.starts_with(scheme)) {
        return Ok(SecretUrl(text));
    }
    Err(E::custom(DATABASE_DEMAND))
}

/// Reads the URL of a mail server; empty is none.
pub(super) fn mail_url<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SecretUrl>, D::Error> {
    let text = Zeroizing::new(String::deserialize(deserializer)?);
    if text.is_empty() {
        return Ok(None);
    }
    let fits = Url::parse(&text).is_ok_and(|url| {
        matches!(url.scheme(), "smtp" | "smtps")
            && url.host_str().is_some_and(|host| !host.is_empty())
            && url.query_pairs().all(|(name, value)| {
                name != "tls" || matches!(&*value, "required" | "opportunistic")
            })
    });
    if fits {
        return Ok(Some(SecretUrl(text)));
    }
    Err(D::Error::custom(MAIL_DEMAND))
}

/// Writes a URL that may be missing, masked; empty is none.
pub(super) fn write_url_if_any<S: Serializer>(
    url: &Option<SecretUrl>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&url.as_ref().map(SecretUrl::masked).unwrap_or_default())
}

/// Reads a key; empty is none.
pub(super) fn key<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SecretKey>, D::Error> {
    let text = Zeroizing::new(String::deserialize(deserializer)?);
    if text.trim().is_empty() {
        return Ok(None);
    }
    SecretKey::parse(&text)
        .map(Some)
        .map_err(|_| D::Error::custom(KEY_DEMAND))
}

/// Reads a list of keys.
pub(super) fn keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SecretKey>, D::Error> {
    Vec::<String>::deserialize(deserializer)?
        .into_iter()
        .map(|text| SecretKey::parse(&Zeroizing::new(text)))
        .collect::<Result<_, _>>()
        .map_err(|_| D::Error::custom(KEYS_DEMAND))
}

/// Writes a mask where there is a key.
pub(super) fn write_key<S: Serializer>(
    key: &Option<SecretKey>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if key.is_some() { MASK } else { "" })
}

/// Writes as many masks as there are keys.
pub(super) fn write_keys<S: Serializer>(
    keys: &[SecretKey],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(keys.iter().map(|_| MASK))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(url: &str) -> String {
        SecretUrl(Zeroizing::new(url.to_owned())).masked()
    }

    #[test]
    fn a_password_in_a_url_is_masked() {
        for (url, expected) in [
            ("postgres://u:pw@db/azuma", "postgres://u:********@db/azuma"),
            ("postgres://u:p@w:x@db/a", "postgres://u:********@db/a"),
            ("postgres://:pw@/a", "postgres://:********@/a"),
            (
                "postgres://u:pw@a:1,b:2/a",
                "postgres://u:********@a:1,b:2/a",
            ),
            ("smtps://u:pw@mail", "smtps://u:********@mail"),
            (
                "postgres://db/a?user=u&password=pw&sslPassword=pw2&sslmode=require",
                "postgres://db/a?user=u&password=********&sslPassword=********&sslmode=require",
            ),
        ] {
            assert_eq!(masked(url), expected);
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
            let expected = format!("postgres://db/a?sslmode=require&{secret}=********&user=u");
            assert_eq!(masked(&url), expected);
        }
        let url = "postgres://db/a?password=p&w";
        assert_eq!(masked(url), "postgres://db/a?password=********&********");
    }

    #[test]
    fn a_password_that_was_not_percent_encoded_is_masked_too() {
        for (url, expected) in [
            ("postgres://u:p/w@db/a", "postgres://u:********@db/a"),
            ("postgres://u:p?w@db/a", "postgres://u:********@db/a"),
            (
                "postgres://u:p#w@db/a?host=c",
                "postgres://u:********@db/a?host=c",
            ),
            ("postgres://u:12/w@db/a", "postgres://u:********@db/a"),
        ] {
            assert_eq!(masked(url), expected);
        }
    }

    #[test]
    fn a_url_without_a_password_is_shown_as_it_is() {
        for url in [
            "sqlite://data/azuma.db",
            "postgres://u@db:5432/azuma?sslmode=verify-full",
            "postgres://db:5432/azuma?application_name=a@b",
            "postgres:///azuma?host=/run/postgresql",
            "smtp://127.0.0.1:2525",
            "smtp://mail.example.org?tls=required",
        ] {
            assert_eq!(masked(url), url);
        }
    }
}
