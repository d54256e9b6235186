//! The carriers of tokens in requests and responses: the header `Azuma-Session` and the cookie `azuma_session`.

use actix_web::cookie::time::{Duration, OffsetDateTime};
use actix_web::cookie::{Cookie, CookieBuilder, SameSite};
use actix_web::http::header::{HeaderMap, HeaderValue, SET_COOKIE};
use azuma_domain::services::NextToken;
use azuma_domain::session::SessionPolicy;
use azuma_domain::token::Token;

use crate::http::bearer::{RequestTokenError, only_one};
use crate::http::cookie::{CookieTransport, cookies};
use crate::http::successor::SESSION_HEADER;

const SESSION_COOKIE: &str = "azuma_session";

/// The most cookies whose tokens are tried, because each unknown token costs a database query. A browser sends one
/// cookie for each path and domain for which a cookie was set.
const MOST_COOKIES: usize = 8;

/// How long a browser keeps the cookie of a sliding session: the longest that browsers allow. Each use moves the token's expiry and brings
/// no cookie, so the server alone knows when it has expired.
const KEPT: Duration = Duration::days(400);

/// The carrier of a request's token. The response returns the next token in the same carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    Header,
    Cookie,
}

/// The tokens of a request. Several cookies of the same name may carry several tokens; the first live token counts.
pub struct Carried {
    pub first: Token,
    pub others: Vec<Token>,
    pub carrier: Carrier,
}

/// Reads the tokens of a request. If the header is present, it alone decides: an invalid header does not fall back to
/// the cookie. Cookies without a well-formed token are ignored.
pub fn carried(headers: &HeaderMap) -> Result<Carried, RequestTokenError> {
    if let Some(value) = only_one(headers.get_all(SESSION_HEADER))? {
        return Ok(Carried {
            first: Token::parse(value.as_bytes().trim_ascii())?,
            others: Vec::new(),
            carrier: Carrier::Header,
        });
    }
    let mut values = cookies(headers, SESSION_COOKIE).peekable();
    values.peek().ok_or(RequestTokenError::Missing)?;
    let mut tokens = values.filter_map(|value| Token::parse(value).ok());
    Ok(Carried {
        first: tokens.next().ok_or(RequestTokenError::Malformed)?,
        others: tokens.take(MOST_COOKIES - 1).collect(),
        carrier: Carrier::Cookie,
    })
}

impl Carrier {
    /// Adds the next token of a session with this policy to a response, in this carrier.
    pub fn put(
        self,
        next: &NextToken,
        policy: SessionPolicy,
        transport: CookieTransport,
        response: &mut HeaderMap,
    ) {
        let token = next.token.expose();
        let (name, value) = match self {
            Self::Header => (SESSION_HEADER, HeaderValue::from_str(token)),
            Self::Cookie => {
                let cookie = Cookie::build(SESSION_COOKIE, token)
                    .path("/")
                    .http_only(true)
                    .same_site(SameSite::Lax)
                    .secure(transport == CookieTransport::HttpsOnly);
                let cookie = kept(cookie, policy, next).finish();
                (SET_COOKIE, HeaderValue::from_str(&cookie.to_string()))
            }
        };
        if let Ok(value) = value {
            response.append(name, value);
        }
    }
}

fn kept<'a>(
    cookie: CookieBuilder<'a>,
    policy: SessionPolicy,
    next: &NextToken,
) -> CookieBuilder<'a> {
    match policy {
        SessionPolicy::Rotating => cookie.expires(OffsetDateTime::from(next.expires_at)),
        SessionPolicy::Sliding => cookie.max_age(KEPT),
    }
}
