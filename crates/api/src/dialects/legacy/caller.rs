//! Authenticates requests, and returns the session's next token when it is due (seed 002, "Token Refresh").

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, web};
use azuma_domain::services::{NextToken, Sessions};
use azuma_domain::session::LiveSession;

use super::carrier::{Carried, Carrier, carried};
use super::{Legacy, LegacySettings};
use crate::http::api_error::ApiError;
use crate::http::bearer::RequestTokenError;
use crate::http::cookie::CookieTransport;

/// The session that sent the request.
pub struct Caller(LiveSession);

impl Deref for Caller {
    type Target = LiveSession;

    fn deref(&self) -> &LiveSession {
        &self.0
    }
}

/// The session that sent a request and the carrier of its token, for [`renew_session`].
struct Authenticated {
    session: LiveSession,
    carrier: Carrier,
}

impl FromRequest for Caller {
    type Error = ApiError<Legacy>;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError<Legacy>>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let Carried {
                first,
                others,
                carrier,
            } = carried(request.headers())?;
            let session = sessions(&request)?
                .authenticate_one_of(&first, &others)
                .await?;
            request.extensions_mut().insert(Authenticated {
                session: session.clone(),
                carrier,
            });
            Ok(Self(session))
        })
    }
}

/// Renews the session after the handler has run. If the next token is due, the response carries it, whatever the status
/// is.
pub async fn renew_session<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let mut response = next.call(request).await?;
    let asked = response
        .request()
        .extensions_mut()
        .remove::<Authenticated>();
    let Some(Authenticated { session, carrier }) = asked else {
        return Ok(response.map_into_left_body());
    };
    match next_token(response.request(), &session).await {
        Ok(None) => {}
        Ok(Some(next)) => {
            let transport = cookie_transport(response.request());
            carrier.put(&next, session.policy, transport, response.headers_mut());
        }
        Err(error) => return Ok(response.error_response(error).map_into_right_body()),
    }
    Ok(response.map_into_left_body())
}

async fn next_token(
    request: &HttpRequest,
    session: &LiveSession,
) -> Result<Option<NextToken>, ApiError<Legacy>> {
    Ok(sessions(request)?.renew_session(session).await?)
}

fn sessions(request: &HttpRequest) -> Result<&web::Data<Sessions>, RequestTokenError> {
    request.app_data().ok_or(RequestTokenError::NotWired)
}

fn cookie_transport(request: &HttpRequest) -> CookieTransport {
    let settings = request.app_data::<web::Data<LegacySettings>>();
    settings.map_or(CookieTransport::HttpsOnly, |settings| {
        settings.cookie_transport
    })
}
