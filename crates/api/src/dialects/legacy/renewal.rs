//! Handing a session's next token back the way the old one came (seed 002, "Token Refresh").

use actix_web::body::MessageBody;
use actix_web::cookie::time::OffsetDateTime;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderValue, SET_COOKIE};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use azuma_domain::services::NextToken;

use super::carrier::{Carrier, SESSION_COOKIE, SESSION_HEADER};
use super::{CookieTransport, Settings};

/// A next token on its way back, left by the caller's extractor.
pub struct Renewal {
    pub next: NextToken,
    pub carrier: Carrier,
}

/// Puts the next token, where one is due, on whatever the request is answered with.
pub async fn carry_next_token(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    let renewal = response.request().extensions_mut().remove::<Renewal>();
    if let Some(renewal) = renewal {
        let transport = response
            .request()
            .app_data::<web::Data<Settings>>()
            .map_or(CookieTransport::HttpsOnly, |settings| {
                settings.cookie_transport
            });
        renewal.put(response.headers_mut(), transport);
    }
    Ok(response)
}

impl Renewal {
    fn put(&self, headers: &mut HeaderMap, transport: CookieTransport) {
        let token = self.next.token.expose();
        let (name, value) = match self.carrier {
            Carrier::Header => (SESSION_HEADER, HeaderValue::from_str(token)),
            Carrier::Cookie => {
                let cookie = Cookie::build(SESSION_COOKIE, token)
                    .path("/")
                    .http_only(true)
                    .same_site(SameSite::Lax)
                    .secure(transport == CookieTransport::HttpsOnly)
                    .expires(OffsetDateTime::from(self.next.expires_at))
                    .finish();
                (SET_COOKIE, HeaderValue::from_str(&cookie.to_string()))
            }
        };
        if let Ok(value) = value {
            headers.append(name, value);
        }
    }
}
