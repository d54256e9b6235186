//! What the cookies of sessions have in common.

use actix_web::http::header::{COOKIE, HeaderMap};

/// The transports that a session cookie may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieTransport {
    /// Only HTTPS, because the public URL is HTTPS.
    HttpsOnly,
    /// HTTP as well.
    HttpToo,
}

/// The values of all cookies of this name (RFC 6265 §5.4). Other cookies may be malformed.
pub fn cookies<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = &'a [u8]> {
    headers
        .get_all(COOKIE)
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
        .filter_map(move |pair| {
            let pair = pair.trim_ascii();
            pair.strip_prefix(name.as_bytes())?.strip_prefix(b"=")
        })
}
