use actix_web::{HttpResponse, web};
use azuma_domain::services::{Accounts, RevokeSessionError, Sessions};
use azuma_domain::token::Token;

use super::dto::{
    AuthenticateRequest, Done, RecoverRequest, RegisterRequest, ResetRequest, TokenRequest,
    TokenResponse, TokensResponse,
};
use super::{Account, AccountSettings};
use crate::http::api_error::ApiError;
use crate::http::bearer::Bearer;
use crate::http::body::Body;
use crate::http::current_password::read_current_password;
use crate::http::origin::Origin;
use crate::metrics::{Entrance, Logins};

type Caller = Bearer<Account>;
type HttpResult = Result<HttpResponse, ApiError<Account>>;

/// `POST /account/register`
pub async fn register(accounts: web::Data<Accounts>, origin: Origin, body: Body) -> HttpResult {
    let body: RegisterRequest = body.json().await?;
    let request = body.parse(accounts.password_rules, origin)?;
    accounts.request_account(request).await?;
    Ok(HttpResponse::Ok().json(Done {}))
}

/// `POST /account/verify`
pub async fn verify(accounts: web::Data<Accounts>, origin: Origin, body: Body) -> HttpResult {
    let body: TokenRequest = body.json().await?;
    let token = Token::parse(&body.token).ok();
    accounts
        .follow_link(token, &origin.source, origin.language)
        .await?;
    Ok(HttpResponse::Ok().json(Done {}))
}

/// `POST /account/recover`
pub async fn recover(accounts: web::Data<Accounts>, origin: Origin, body: Body) -> HttpResult {
    let body: RecoverRequest = body.json().await?;
    accounts.recover_account(body.parse(origin)?).await?;
    Ok(HttpResponse::Ok().json(Done {}))
}

/// `POST /account/reset`
pub async fn reset(accounts: web::Data<Accounts>, origin: Origin, body: Body) -> HttpResult {
    let body: ResetRequest = body.json().await?;
    let (token, password) = body.parse(accounts.password_rules)?;
    accounts
        .reset_password(token, password, &origin.source, origin.language)
        .await?;
    Ok(HttpResponse::Ok().json(Done {}))
}

/// `POST /account/authenticate`
pub async fn authenticate(
    sessions: web::Data<Sessions>,
    settings: web::Data<AccountSettings>,
    logins: web::Data<Logins>,
    origin: Origin,
    body: Body,
) -> HttpResult {
    let body: AuthenticateRequest = body.json().await?;
    let login = body.parse(origin)?;
    let issued = sessions.login(login, settings.terms).await;
    let issued = logins.count(Entrance::Account, issued)?;
    Ok(HttpResponse::Ok().json(TokenResponse::from(issued)))
}

/// `DELETE /account/delete`
pub async fn delete(
    accounts: web::Data<Accounts>,
    caller: Caller,
    origin: Origin,
    body: Body,
) -> HttpResult {
    let password = read_current_password(body, accounts.current_password).await?;
    accounts
        .delete_user(&caller, password, &origin.source)
        .await?;
    Ok(HttpResponse::Ok().json(Done {}))
}

/// `GET /account/tokens`
pub async fn list_tokens(sessions: web::Data<Sessions>, caller: Caller) -> HttpResult {
    let tokens = sessions.list_tokens(&caller).await?;
    Ok(HttpResponse::Ok().json(TokensResponse::from(tokens)))
}

/// `DELETE /account/tokens`
pub async fn delete_token(
    sessions: web::Data<Sessions>,
    caller: Caller,
    origin: Origin,
    body: Body,
) -> HttpResult {
    let body: TokenRequest = body.json().await?;
    let token = Token::parse(&body.token).map_err(|_| RevokeSessionError::SessionUnknown)?;
    sessions
        .revoke_session_by_token(&caller, &token, &origin.source)
        .await?;
    Ok(HttpResponse::Ok().json(Done {}))
}
