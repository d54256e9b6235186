//! The session that a page is shown to.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpRequest, web};
use azuma_domain::services::{AuthenticateError, Sessions};
use azuma_domain::session::LiveSession;

use super::{MeSettings, cookie, home};
use crate::http::bearer::RequestTokenError;
use crate::http::origin::language;
use crate::http::successor;
use crate::pages::notice::try_later;
use crate::pages::texts::Texts;

/// The session of whoever is logged in on the page. For a handler that takes this argument, others are led to the login.
pub struct Caller(LiveSession);

impl Deref for Caller {
    type Target = LiveSession;

    fn deref(&self) -> &LiveSession {
        &self.0
    }
}

/// The same, for a handler that others reach as well.
pub struct Visitor(pub Option<LiveSession>);

/// A page is not shown; the response says why.
type NotShown = InternalError<&'static str>;

impl FromRequest for Caller {
    type Error = NotShown;
    type Future = Pin<Box<dyn Future<Output = Result<Self, NotShown>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let nobody = || InternalError::from_response("nobody is logged in on the page", home());
            find(&request).await?.map(Self).ok_or_else(nobody)
        })
    }
}

impl FromRequest for Visitor {
    type Error = NotShown;
    type Future = Pin<Box<dyn Future<Output = Result<Self, NotShown>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(find(&request).await?)) })
    }
}

/// The live session of the cookie.
async fn find(request: &HttpRequest) -> Result<Option<LiveSession>, NotShown> {
    let texts = Texts::of(language(request));
    let sessions = request.app_data::<web::Data<Sessions>>();
    let settings = request.app_data::<web::Data<MeSettings>>();
    let (Some(sessions), Some(settings)) = (sessions, settings) else {
        let page = try_later(texts, RequestTokenError::NotWired);
        return Err(InternalError::from_response("not wired", page));
    };
    let Some(token) = cookie::token_in(request.headers(), settings.cookie_transport) else {
        return Ok(None);
    };
    match sessions.authenticate(&token).await {
        Ok(session) => {
            successor::note(request, &session);
            Ok(Some(session))
        }
        Err(AuthenticateError::TokenInvalid) => Ok(None),
        Err(error @ AuthenticateError::Store(_)) => {
            let page = try_later(texts, error);
            Err(InternalError::from_response("the database failed", page))
        }
    }
}

/// Middleware: has the browser keep the next token of the session that asked, if it has one.
pub async fn keep_next_token<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut response = next.call(request).await?;
    let next = successor::next_token(response.request()).await;
    let settings = response.request().app_data::<web::Data<MeSettings>>();
    if let (Some(next), Some(settings)) = (next, settings) {
        let transport = settings.cookie_transport;
        cookie::keep(&next.token, transport, response.headers_mut());
    }
    Ok(response)
}
