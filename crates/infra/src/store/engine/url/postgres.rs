//! The URL of a Postgres server, as libpq gets it.

use zeroize::Zeroizing;

use super::InvalidDatabaseUrl;
use super::libpq_paths::LibpqPaths;

/// The parameters of libpq that apply unless the URL sets them: a connection to a dead host fails within seconds.
/// Times are in seconds, `tcp_user_timeout` in milliseconds.
const DEFAULTS: [(&str, &str); 8] = [
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

/// The URI for libpq: `rest`, which is what follows `postgres://`, with the paths of this machine and [`DEFAULTS`].
///
/// # Errors
/// [`InvalidDatabaseUrl::Encoding`].
pub(super) fn parse(
    rest: &str,
    paths: LibpqPaths,
) -> Result<Zeroizing<String>, InvalidDatabaseUrl> {
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
    let defaults = DEFAULTS
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
    Ok(Zeroizing::new(uri))
}

/// Whether a URL leaves `sslmode` to what `sslrootcert=system` makes of it, or says the same.
fn is_verified_by_name(given: &[&str]) -> bool {
    given
        .iter()
        .all(|part| !part.starts_with("sslmode=") || *part == "sslmode=verify-full")
}

/// What stands before the `@`, found as libpq finds it, and what follows.
pub(super) fn credentials(rest: &str) -> (Option<&str>, &str) {
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
