use actix_web::{HttpResponse, web};
use azuma_domain::services::{Accounts, Sessions};

use super::caller::Caller;
use super::dto::{CredentialBody, MeAnswer, SessionAnswer, VersionAnswer};
use super::{Legacy, Settings};
use crate::http::api_error::ApiError;
use crate::http::body::Body;
use crate::http::origin::Origin;

type Answer = Result<HttpResponse, ApiError<Legacy>>;

/// `GET /api/`
pub async fn show_version() -> HttpResponse {
    HttpResponse::Ok().json(VersionAnswer {
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// `POST /api/login`
pub async fn login(
    sessions: web::Data<Sessions>,
    settings: web::Data<Settings>,
    origin: Origin,
    body: Body,
) -> Answer {
    let body: CredentialBody = body.json().await?;
    let login = body.into_login(origin.client)?;
    let issued = sessions.login(login, settings.terms).await?;
    Ok(HttpResponse::Ok().json(SessionAnswer::from(issued)))
}

/// `POST /api/register`
pub async fn register(
    accounts: web::Data<Accounts>,
    settings: web::Data<Settings>,
    origin: Origin,
    body: Body,
) -> Answer {
    let body: CredentialBody = body.json().await?;
    let registration = body.into_registration(accounts.password_rules, origin.client)?;
    let issued = accounts.register(registration, settings.terms).await?;
    Ok(HttpResponse::Ok().json(SessionAnswer::from(issued)))
}

/// `GET /api/me`
pub async fn show_me(caller: Caller) -> Answer {
    Ok(HttpResponse::Ok().json(MeAnswer::from(caller.user.profile()?)))
}
