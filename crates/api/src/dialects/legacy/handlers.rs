use actix_web::{HttpResponse, web};
use azuma_domain::services::{Accounts, Registered, Sessions};

use super::caller::Caller;
use super::dto::{
    LoginRequest, MeResponse, NoSession, RegisterRequest, SessionResponse, VersionResponse,
};
use super::{Legacy, LegacySettings};
use crate::http::api_error::ApiError;
use crate::http::body::Body;
use crate::http::origin::Origin;
use crate::metrics::{Entrance, Logins};

type HttpResult = Result<HttpResponse, ApiError<Legacy>>;

/// `GET /api/`
pub async fn show_version() -> HttpResponse {
    HttpResponse::Ok().json(VersionResponse {
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// `POST /api/login`
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

/// `POST /api/register`
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

/// `GET /api/me`
pub async fn show_me(caller: Caller) -> HttpResult {
    Ok(HttpResponse::Ok().json(MeResponse::from(caller.user.profile()?)))
}
