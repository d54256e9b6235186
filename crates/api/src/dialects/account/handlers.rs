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
use crate::http::current_password::{CurrentPassword, read_current_password};
use crate::http::origin::Origin;
use crate::metrics::{Entrance, Logins};

type Caller = Bearer<Account>;
type HttpResult = Result<HttpResponse, ApiError<Account>>;

/// Requests an account. It waits for the link in a mail.
#[utoipa::path(
    post,
    path = "/account/register",
    tag = "accounts",
    request_body = RegisterRequest,
    responses((status = 200, description = "A mail is on its way", body = Done), (status = 403), (status = 409), (status = 422), (status = 503)),
)]
pub async fn register(accounts: web::Data<Accounts>, origin: Origin, body: Body) -> HttpResult {
    let body: RegisterRequest = body.json().await?;
    let request = body.parse(accounts.password_rules, origin)?;
    accounts.request_account(request).await?;
    Ok(HttpResponse::Ok().json(Done {}))
}

/// Follows the link of a mail.
#[utoipa::path(
    post,
    path = "/account/verify",
    tag = "accounts",
    request_body = TokenRequest,
    responses((status = 200, description = "The address is proved", body = Done), (status = 403), (status = 404)),
)]
pub async fn verify(accounts: web::Data<Accounts>, origin: Origin, body: Body) -> HttpResult {
    let body: TokenRequest = body.json().await?;
    let token = Token::parse(&body.token).ok();
    accounts
        .follow_link(token, &origin.source, origin.language)
        .await?;
    Ok(HttpResponse::Ok().json(Done {}))
}

/// Mails a link that sets a new password, if somebody has the address.
#[utoipa::path(
    post,
    path = "/account/recover",
    tag = "accounts",
    request_body = RecoverRequest,
    responses((status = 200, description = "The same for known and unknown addresses", body = Done), (status = 403), (status = 422)),
)]
pub async fn recover(accounts: web::Data<Accounts>, origin: Origin, body: Body) -> HttpResult {
    let body: RecoverRequest = body.json().await?;
    accounts.recover_account(body.parse(origin)?).await?;
    Ok(HttpResponse::Ok().json(Done {}))
}

/// Sets a new password by the link of a mail.
#[utoipa::path(
    post,
    path = "/account/reset",
    tag = "accounts",
    request_body = ResetRequest,
    responses((status = 200, description = "The password is set, and every session has ended", body = Done), (status = 403), (status = 404), (status = 503)),
)]
pub async fn reset(accounts: web::Data<Accounts>, origin: Origin, body: Body) -> HttpResult {
    let body: ResetRequest = body.json().await?;
    let (token, password) = body.parse(accounts.password_rules)?;
    accounts
        .reset_password(token, password, &origin.source, origin.language)
        .await?;
    Ok(HttpResponse::Ok().json(Done {}))
}

/// Logs a user in.
#[utoipa::path(
    post,
    path = "/account/authenticate",
    tag = "sessions",
    params(("azuma-otp" = Option<String>, Header, nullable = false, description = "A code of the second factor")),
    request_body = AuthenticateRequest,
    responses((status = 200, description = "A session", body = TokenResponse), (status = 401), (status = 403), (status = 404), (status = 424), (status = 503)),
)]
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

/// Deletes one's own account, with its sessions and its mail.
#[utoipa::path(
    delete,
    path = "/account/delete",
    tag = "accounts",
    request_body = Option<CurrentPassword>,
    responses((status = 200, description = "The account is deleted", body = Done), (status = 403), (status = 503)),
    security(("bearer" = [])),
)]
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

/// Lists the tokens of one's sessions.
#[utoipa::path(
    get,
    path = "/account/tokens",
    tag = "sessions",
    responses((status = 200, description = "The tokens", body = TokensResponse)),
    security(("bearer" = [])),
)]
pub async fn list_tokens(sessions: web::Data<Sessions>, caller: Caller) -> HttpResult {
    let tokens = sessions.list_tokens(&caller).await?;
    Ok(HttpResponse::Ok().json(TokensResponse::from(tokens)))
}

/// Ends the session of a token, which is one's own.
#[utoipa::path(
    delete,
    path = "/account/tokens",
    tag = "sessions",
    request_body = TokenRequest,
    responses((status = 200, description = "The session has ended", body = Done), (status = 404)),
    security(("bearer" = [])),
)]
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
