use actix_web::{HttpResponse, web};
use azuma_domain::services::{Accounts, Registered, Sessions};

use super::caller::Caller;
use super::dto::{
    LoginRequest, MeResponse, NoSession, RegisterRequest, SessionResponse, VersionResponse,
};
use super::{Legacy, LegacySettings};
use crate::http::api_error::ApiError;
use crate::http::body::Body;
use crate::http::json::JsonObject;
use crate::http::origin::Origin;
use crate::metrics::{Entrance, Logins};

type HttpResult = Result<HttpResponse, ApiError<Legacy>>;

/// Tells the version of the software.
#[utoipa::path(
    get,
    path = "/api/",
    tag = "instance",
    responses((status = 200, description = "The version", body = VersionResponse)),
)]
pub async fn show_version() -> HttpResponse {
    HttpResponse::Ok().json(VersionResponse {
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// Logs a user in.
#[utoipa::path(
    post,
    path = "/api/login",
    tag = "sessions",
    params(("azuma-otp" = Option<String>, Header, nullable = false, description = "A code of the second factor")),
    request_body = LoginRequest,
    responses((status = 200, description = "A session", body = SessionResponse), (status = 401), (status = 403), (status = 404), (status = 429), (status = 503)),
)]
pub async fn login(
    sessions: web::Data<Sessions>,
    settings: web::Data<LegacySettings>,
    logins: web::Data<Logins>,
    origin: Origin,
    body: Body,
) -> HttpResult {
    let body: LoginRequest = body.json().await?;
    let login = body.parse(origin)?;
    let issued = sessions.login(login, settings.terms).await;
    let issued = logins.count(Entrance::Legacy, issued)?;
    Ok(HttpResponse::Ok().json(SessionResponse::from(issued)))
}

/// Registers a user.
#[utoipa::path(
    post,
    path = "/api/register",
    tag = "users",
    request_body = RegisterRequest,
    responses((status = 200, description = "A session of the new user", body = SessionResponse), (status = 202, description = "The account waits for the link in a mail", body = NoSession), (status = 403), (status = 409), (status = 429), (status = 503)),
)]
pub async fn register(
    accounts: web::Data<Accounts>,
    settings: web::Data<LegacySettings>,
    origin: Origin,
    body: Body,
) -> HttpResult {
    let body: RegisterRequest = body.json().await?;
    let registration = body.parse(&accounts.registration, accounts.password_rules, origin)?;
    Ok(
        match accounts.register(registration, settings.terms).await? {
            Registered::LoggedIn(issued) => HttpResponse::Ok().json(SessionResponse::from(issued)),
            Registered::Waiting => HttpResponse::Accepted().json(NoSession::default()),
        },
    )
}

/// Shows one's own account.
#[utoipa::path(
    get,
    path = "/api/me",
    tag = "users",
    responses((
        status = 200,
        description = "The account",
        body = MeResponse,
        headers(
            ("Azuma-Session" = String, description = "The next token, if it is due and the header had the token"),
            ("Set-Cookie" = String, description = "The next token, if it is due and the cookie had the token"),
        ),
    )),
    security(("header" = []), ("cookie" = [])),
)]
pub async fn show_me(caller: Caller) -> HttpResult {
    let user = MeResponse::from(caller.user.profile()?);
    Ok(JsonObject::from(user).into_response())
}
