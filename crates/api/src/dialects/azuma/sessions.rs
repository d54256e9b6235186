use actix_web::{HttpRequest, HttpResponse, web};
use azuma_domain::services::{LogoutScope, RevokeSessionError, Sessions};
use azuma_domain::session::SessionId;

use super::dto::{LoginRequest, LogoutQuery, SessionsResponse, TokenResponse};
use super::{AzumaSettings, Caller, HttpResult};
use crate::http::body::Body;
use crate::http::fields::{FieldError, query};
use crate::http::origin::Origin;
use crate::http::path_id::PathId;
use crate::metrics::{Entrance, Logins};

/// Logs a user in.
#[utoipa::path(
    post,
    path = "/user/login",
    params(("azuma-otp" = Option<String>, Header, nullable = false, description = "A code of the second factor")),
    request_body = LoginRequest,
    responses((status = 200, description = "A session", body = TokenResponse), (status = 403), (status = 404), (status = 429), (status = 503)),
)]
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

/// Ends this session, or all of one's sessions.
#[utoipa::path(
    post,
    path = "/user/logout",
    params(LogoutQuery),
    responses((status = 204, description = "The session has ended, or all have"), (status = 400)),
    security(("bearer" = [])),
)]
pub async fn logout(
    sessions: web::Data<Sessions>,
    caller: Caller,
    origin: Origin,
    request: HttpRequest,
) -> HttpResult {
    let asked: LogoutQuery = query(&request, FieldError::Everywhere)?;
    let scope = match asked.everywhere {
        true => LogoutScope::Everywhere,
        false => LogoutScope::ThisSession,
    };
    sessions.log_out(&caller, scope, &origin.source).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Lists one's sessions, the newest first.
#[utoipa::path(
    get,
    path = "/user/sessions",
    operation_id = "list_sessions",
    responses((status = 200, description = "The sessions", body = SessionsResponse)),
    security(("bearer" = [])),
)]
pub async fn list(sessions: web::Data<Sessions>, caller: Caller) -> HttpResult {
    let sessions = sessions.list_sessions(&caller).await?;
    Ok(HttpResponse::Ok().json(SessionsResponse::new(sessions, caller.session_id())))
}

/// Ends one of one's sessions.
#[utoipa::path(
    delete,
    path = "/user/sessions/{id}",
    operation_id = "revoke_session",
    params(("id" = Uuid, Path, description = "The id of the session")),
    responses((status = 204, description = "The session has ended"), (status = 404)),
    security(("bearer" = [])),
)]
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
