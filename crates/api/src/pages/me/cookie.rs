//! The cookie of the page's session.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{HeaderMap, HeaderValue, SET_COOKIE};
use azuma_domain::token::Token;

use crate::http::cookie::{CookieTransport, cookies};

/// The cookie's name. A browser accepts the first one only over https, from this host and for all paths, so no other host of the domain
/// can set it. Over plain http a browser need not accept a `Secure` cookie, and the prefix needs one.
fn name(transport: CookieTransport) -> &'static str {
    match transport {
        CookieTransport::HttpsOnly => "__Host-azuma_me",
        CookieTransport::HttpToo => "azuma_me",
    }
}

/// The token in the cookie; of several cookies, the first that has the form of a token.
pub fn token_in(headers: &HeaderMap, transport: CookieTransport) -> Option<Token> {
    cookies(headers, name(transport)).find_map(|value| Token::parse(value).ok())
}

/// Has the browser keep a token until it is closed.
pub fn keep(token: &Token, transport: CookieTransport, response: &mut HeaderMap) {
    set(build(token.expose(), transport), response);
}

/// Has the browser forget the token.
pub fn forget(transport: CookieTransport, response: &mut HeaderMap) {
    let mut cookie = build("", transport);
    cookie.make_removal();
    set(cookie, response);
}

fn build(value: &str, transport: CookieTransport) -> Cookie<'_> {
    Cookie::build(name(transport), value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(transport == CookieTransport::HttpsOnly)
        .finish()
}

fn set(cookie: Cookie<'_>, response: &mut HeaderMap) {
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.append(SET_COOKIE, value);
    }
}
