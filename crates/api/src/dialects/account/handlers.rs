use actix_web::{HttpResponse, web};
use azuma_domain::services::{RevokeSessionError, Services};
use azuma_domain::token::Token;

use super::dto::{
    AuthenticateRequest, Done, RecoverRequest, RegisterRequest, ResetRequest, TokenRequest,
    TokenResponse, TokensResponse,
};
use super::{Account, Settings};
use crate::http::api_error::ApiError;
use crate::http::bearer::Bearer;
use crate::http::body::Body;
use crate::http::origin::Origin;

type Caller = Bearer<Account>;
type HttpResult = Result<HttpResponse, ApiError<Account>>;

/// `POST /account/register`
pub async fn register(services: web::Data<Services>, origin: Origin, body: Body) -> HttpResult {
    let body: RegisterRequest = body.json().await?;
    let request = body.parse(services.password_rules(), origin)?;
    services.request_account(request).await?;
    Ok(HttpResponse::Ok().json(Done {}))
}

/// `POST /account/verify`
pub async fn verify(services: web::Data<Services>, origin: Origin, body: Body) -> HttpResult {
    let body: TokenRequest = body.json().await?;
    let token = Token::parse(&body.token).ok();
    services
        .follow_link(token, origin.client.ip, origin.language)
        .await?;
    Ok(HttpResponse::Ok().json(Done {}))
}

/// `POST /account/recover`
pub async fn recover(services: web::Data<Services>, origin: Origin, body: Body) -> HttpResult {
    let body: RecoverRequest = body.json().await?;
    services.recover_account(body.parse(origin)?).await?;
    Ok(HttpResponse::Ok().json(Done {}))
}

/// `POST /account/reset`
pub async fn reset(services: web::Data<Services>, origin: Origin, body: Body) -> HttpResult {
    let body: ResetRequest = body.json().await?;
    let (token, password) = body.parse(services.password_rules())?;
    services
        .reset_password(token, password, origin.client.ip, origin.language)
        .await?;
    Ok(HttpResponse::Ok().json(Done {}))
}

/// `POST /account/authenticate`
pub async fn authenticate(
    services: web::Data<Services>,
    settings: web::Data<Settings>,
    origin: Origin,
    body: Body,
) -> HttpResult {
    let body: AuthenticateRequest = body.json().await?;
    let login = body.parse(origin.client)?;
    let issued = services.login(login, settings.terms).await?;
    Ok(HttpResponse::Ok().json(TokenResponse::from(issued)))
}

/// `DELETE /account/delete`
pub async fn delete(services: web::Data<Services>, caller: Caller, origin: Origin) -> HttpResult {
    services.delete_user(&caller, origin.client.ip).await?;
    Ok(HttpResponse::Ok().json(Done {}))
}

/// `GET /account/tokens`
pub async fn list_tokens(services: web::Data<Services>, caller: Caller) -> HttpResult {
    let tokens = services.list_tokens(&caller).await?;
    Ok(HttpResponse::Ok().json(TokensResponse::from(tokens)))
}

/// `DELETE /account/tokens`
pub async fn delete_token(services: web::Data<Services>, caller: Caller, body: Body) -> HttpResult {
    let body: TokenRequest = body.json().await?;
    let token = Token::parse(&body.token).map_err(|_| RevokeSessionError::SessionUnknown)?;
    services.revoke_session_by_token(&caller, &token).await?;
    Ok(HttpResponse::Ok().json(Done {}))
}
