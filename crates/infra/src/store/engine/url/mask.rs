//! What is shown of the URL of a Postgres server.

use super::postgres::credentials;
use crate::MASK;

/// The parameters of libpq that hold no secret. All others, known or unknown, are masked.
const SHOWN_PARAMETERS: &str = "application_name channel_binding client_encoding connect_timeout dbname \
     fallback_application_name gssdelegation gssencmode gsslib host hostaddr keepalives keepalives_count keepalives_idle \
     keepalives_interval krbsrvname load_balance_hosts max_protocol_version min_protocol_version oauth_client_id \
     oauth_issuer oauth_scope options passfile port replication require_auth requirepeer service ssl_max_protocol_version \
     ssl_min_protocol_version sslcert sslcertmode sslcompression sslcrl sslcrldir sslkey sslkeylogfile sslmode \
     sslnegotiation sslrootcert sslsni target_session_attrs tcp_user_timeout user";

/// What follows `postgres://`, without the password and the values of parameters that may be secret.
pub(super) fn mask(rest: &str) -> String {
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
