//! Who asks: by the header `Azuma-Session`, or by the cookie `azuma_session`.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{COOKIE, HeaderMap, HeaderName};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use azuma_domain::services::Services;
use azuma_domain::session::LiveSession;
use azuma_domain::token::Token;

use super::Legacy;
use super::renewal::Renewal;
use crate::http::bearer::{CarrierError, only_one, token_from};
use crate::http::refusal::Refusal;

/// The header that carries a token, both ways.
pub const SESSION_HEADER: HeaderName = HeaderName::from_static("azuma-session");
/// The cookie that carries a token, both ways.
pub const SESSION_COOKIE: &str = "azuma_session";

/// What carried a request's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    Header,
    Cookie,
}

/// The session that asks. Where its next token is due, the answer will carry it.
pub struct Caller(LiveSession);

impl Deref for Caller {
    type Target = LiveSession;

    fn deref(&self) -> &LiveSession {
        &self.0
    }
}

impl FromRequest for Caller {
    type Error = Refusal<Legacy>;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal<Legacy>>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let (token, carrier) = carried_token(request.headers())?;
            let services = request.app_data::<web::Data<Services>>();
            let services = services.ok_or(CarrierError::NoServices)?;
            let session = services.authenticate(&token).await?;
            if let Some(next) = services.renew_session(&session).await? {
                request.extensions_mut().insert(Renewal { next, carrier });
            }
            Ok(Self(session))
        })
    }
}

/// Where both carriers come the header decides alone; a bad one does not fall back to the cookie.
fn carried_token(headers: &HeaderMap) -> Result<(Token, Carrier), CarrierError> {
    if let Some(value) = only_one(headers.get_all(SESSION_HEADER))? {
        let token = token_from(value.as_bytes().trim_ascii())?;
        return Ok((token, Carrier::Header));
    }
    let value = only_one(session_cookies(headers))?.ok_or(CarrierError::Missing)?;
    Ok((token_from(value)?, Carrier::Cookie))
}

/// The values of all cookies of our name (RFC 6265 §5.4); others may be as malformed as they like.
fn session_cookies(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    headers
        .get_all(COOKIE)
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| {
            let pair = pair.trim_ascii();
            pair.strip_prefix(SESSION_COOKIE.as_bytes())?
                .strip_prefix(b"=")
        })
}
