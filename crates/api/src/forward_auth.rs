//! Tells a proxy whose a request is, before it hands it to a service (`docs/forward-auth.md`). It is there whichever dialects are
//! enabled, and takes a token in the carrier of any of them.

use std::sync::Arc;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use azuma_domain::services::{AuthenticateError, Sessions};
use azuma_domain::session::LiveSession;
use azuma_domain::token::Token;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::dialects::azuma::Azuma;
use crate::dialects::legacy::carrier::{Carried, carried};
use crate::http::api_error::ApiError;
use crate::http::bearer::{RequestTokenError, credential};
use crate::http::cookie::CookieTransport;
use crate::http::endpoint::Endpoint;
use crate::http::successor::{SESSION_HEADER, note};

/// Where it is.
pub const PATH: &str = "/auth/check";

const USER_ID: HeaderName = HeaderName::from_static("azuma-user-id");
const USER_NAME: HeaderName = HeaderName::from_static("azuma-user-name");

/// What is percent-encoded in a name besides what is not ASCII. Decoding gives the name again, and no proxy takes it for a placeholder (`{…}`
/// of Caddy).
const HIDDEN: &AsciiSet = &CONTROLS.add(b' ').add(b'%').add(b'{').add(b'}');

pub fn routes(config: &mut ServiceConfig, cookies: CookieTransport) {
    config
        .app_data(Data::new(cookies))
        .service(Endpoint::<Azuma>::at(PATH).get(check));
}

/// Tells a proxy whose session a request has, by the header `Azuma-Session`, else by `Authorization: Bearer`, else by the cookie. This
/// is a use of the session. The next token comes as `/api` returns it, and to `Authorization` as `/user` does.
#[utoipa::path(
    get,
    path = "/auth/check",
    tag = "proxies",
    operation_id = "check_request",
    responses((
        status = 204,
        description = "The token is live",
        headers(
            ("Azuma-User-Id" = String, description = "The id of the user, a UUID"),
            ("Azuma-User-Name" = String, description = "The name of the user in UTF-8, percent-encoded but for visible ASCII other than `%`, `{` and `}`; missing if the stored name cannot be read"),
            ("Azuma-Session" = String, description = "The next token, if it is due and no cookie had the token"),
            ("Set-Cookie" = String, description = "The next token, if it is due and the cookie had the token"),
        ),
    )),
    security(("bearer" = []), ("header" = []), ("cookie" = [])),
)]
pub async fn check(
    sessions: Data<Sessions>,
    cookies: Data<CookieTransport>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError<Azuma>> {
    let presented = Presented::in_headers(request.headers())?;
    let session = presented.authenticate(&sessions).await?;
    let mut response = HttpResponse::NoContent().finish();
    name_user(&session, response.headers_mut());
    match presented {
        Presented::Bearer(_) => note(&request, &session),
        Presented::InCarrier(Carried { carrier, .. }) => {
            if let Some(next) = sessions.renew_session(&session).await? {
                carrier.put(&next, session.policy, **cookies, response.headers_mut());
            }
        }
    }
    Ok(response)
}

/// The tokens of a request.
enum Presented {
    Bearer(Token),
    /// In a carrier of the dialect that makes next tokens.
    InCarrier(Carried),
}

impl Presented {
    /// Of the header `Azuma-Session`, `Authorization: Bearer` and the cookie, the first that is there decides alone.
    fn in_headers(headers: &HeaderMap) -> Result<Self, RequestTokenError> {
        if !headers.contains_key(SESSION_HEADER)
            && let Some(given) = credential(headers, "bearer")?
        {
            return Ok(Self::Bearer(Token::parse(given)?));
        }
        carried(headers).map(Self::InCarrier)
    }

    async fn authenticate(
        &self,
        sessions: &Arc<Sessions>,
    ) -> Result<LiveSession, AuthenticateError> {
        match self {
            Self::Bearer(token) => sessions.authenticate(token).await,
            Self::InCarrier(Carried { first, others, .. }) => {
                sessions.authenticate_one_of(first, others).await
            }
        }
    }
}

/// A stored name that cannot be read is left out.
fn name_user(session: &LiveSession, headers: &mut HeaderMap) {
    let id = session.user.id.uuid().to_string();
    let name = session.user.profile().ok();
    let name = name.map(|user| utf8_percent_encode(user.name.as_str(), HIDDEN).to_string());
    for (header, text) in [(USER_ID, Some(id)), (USER_NAME, name)] {
        // Both are visible ASCII.
        if let Some(Ok(value)) = text.map(HeaderValue::try_from) {
            headers.insert(header, value);
        }
    }
}
