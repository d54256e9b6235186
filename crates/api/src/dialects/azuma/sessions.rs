use actix_web::{HttpRequest, HttpResponse, web};
use azuma_domain::services::{LogoutScope, RevokeSessionError, Sessions};
use azuma_domain::session::SessionId;

use super::dto::{LoginRequest, LogoutQuery, SessionsResponse, TokenResponse};
use super::{AzumaSettings, Caller, HttpResult};
use crate::http::body::Body;
use crate::http::fields::FieldError;
use crate::http::origin::Origin;
use crate::http::path_id::PathId;
use crate::metrics::{Entrance, Logins};

/// `POST /user/login`
pub async fn login(
    sessions: web::Data<Sessions>,
    settings: web::Data<AzumaSettings>,
    logins: web::Data<Logins>,
    origin: Origin,
    body: Body,
) -> HttpResult {
    let body: LoginRequest = body.json().await?;
    let login = body.parse(origin)?;
    let issued = sessions.login(login, settings.terms).await;
    let issued = logins.count(Entrance::Azuma, issued)?;
    Ok(HttpResponse::Ok().json(TokenResponse::from(issued)))
}

/// `POST /user/logout`
pub async fn logout(
    sessions: web::Data<Sessions>,
    caller: Caller,
    origin: Origin,
    request: HttpRequest,
) -> HttpResult {
    let query = web::Query::<LogoutQuery>::from_query(request.query_string())
        .map_err(|_| FieldError::Query)?;
    let scope = match query.everywhere {
        true => LogoutScope::Everywhere,
        false => LogoutScope::ThisSession,
    };
    sessions.log_out(&caller, scope, &origin.source).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /user/sessions`
pub async fn list(sessions: web::Data<Sessions>, caller: Caller) -> HttpResult {
    let sessions = sessions.list_sessions(&caller).await?;
    Ok(HttpResponse::Ok().json(SessionsResponse::new(sessions, caller.session_id())))
}

/// `DELETE /user/sessions/{id}`
pub async fn revoke(
    sessions: web::Data<Sessions>,
    caller: Caller,
    origin: Origin,
    id: PathId,
) -> HttpResult {
    let id = id.0.ok_or(RevokeSessionError::SessionUnknown)?;
    let id = SessionId::new(id);
    sessions.revoke_session(&caller, id, &origin.source).await?;
    Ok(HttpResponse::NoContent().finish())
}
