//! Ending sessions: this one, another one, or all others.

use actix_web::{HttpResponse, web};
use azuma_domain::services::{LogoutScope, RevokeSessionError, Sessions};
use azuma_domain::session::SessionId;
use serde::Deserialize;
use uuid::Uuid;

use super::caller::Caller;
use super::{Done, MeSettings, cookie, home, home_after};
use crate::http::body::Body;
use crate::http::origin::Origin;
use crate::pages::notice::{form_unreadable, try_later};
use crate::pages::texts::Texts;

/// The body of the form that ends a session.
#[derive(Deserialize)]
pub struct EndForm {
    id: Uuid,
}

/// `POST /me/logout`
pub async fn log_out(
    sessions: web::Data<Sessions>,
    settings: web::Data<MeSettings>,
    caller: Caller,
    origin: Origin,
) -> HttpResponse {
    let ended = sessions.log_out(&caller, LogoutScope::ThisSession, &origin.source);
    if let Err(error) = ended.await {
        return try_later(Texts::of(origin.language), error);
    }
    let mut response = home_after(Done::LoggedOut);
    cookie::forget(settings.cookie_transport, response.headers_mut());
    response
}

/// `POST /me/sessions/end`. A session that has ended already shows the list again, without it.
pub async fn end(
    sessions: web::Data<Sessions>,
    caller: Caller,
    origin: Origin,
    body: Body,
) -> HttpResponse {
    let texts = Texts::of(origin.language);
    let form: EndForm = match body.form().await {
        Ok(form) => form,
        Err(error) => return form_unreadable(texts, error),
    };
    let id = SessionId::new(form.id);
    match sessions.revoke_session(&caller, id, &origin.source).await {
        Ok(()) => home_after(Done::SessionEnded),
        Err(RevokeSessionError::SessionUnknown) => home(),
        Err(error @ RevokeSessionError::Store(_)) => try_later(texts, error),
    }
}

/// `POST /me/sessions/end-others`
pub async fn end_others(
    sessions: web::Data<Sessions>,
    caller: Caller,
    origin: Origin,
) -> HttpResponse {
    let ended = sessions.log_out(&caller, LogoutScope::OtherSessions, &origin.source);
    match ended.await {
        Ok(()) => home_after(Done::OthersEnded),
        Err(error) => try_later(Texts::of(origin.language), error),
    }
}
