use actix_web::{HttpResponse, web};
use azuma_domain::services::{Accounts, FindUserError, Registered};
use azuma_domain::user::UserId;

use super::dto::{
    NoToken, RegisterRequest, SelfResponse, TokenResponse, UpdateRequest, UpdatedResponse,
    UserResponse,
};
use super::{AzumaSettings, Caller, HttpResult};
use crate::http::body::Body;
use crate::http::current_password::{CurrentPassword, read_current_password};
use crate::http::json::JsonObject;
use crate::http::origin::Origin;
use crate::http::path_id::PathId;

/// Registers a user.
#[utoipa::path(
    post,
    path = "/users",
    request_body = RegisterRequest,
    responses((status = 201, description = "A session of the new user", body = TokenResponse), (status = 202, description = "The account waits for the link in a mail", body = NoToken), (status = 403), (status = 409), (status = 429), (status = 503)),
)]
pub async fn register(
    accounts: web::Data<Accounts>,
    settings: web::Data<AzumaSettings>,
    origin: Origin,
    body: Body,
) -> HttpResult {
    let body: RegisterRequest = body.json().await?;
    let registration = body.parse(accounts.password_rules, origin)?;
    Ok(
        match accounts.register(registration, settings.terms).await? {
            Registered::LoggedIn(issued) => {
                HttpResponse::Created().json(TokenResponse::from(issued))
            }
            Registered::Waiting => HttpResponse::Accepted().json(NoToken::default()),
        },
    )
}

/// Changes one's own account. All fields change, or none.
#[utoipa::path(
    patch,
    path = "/user/update",
    operation_id = "update_self",
    params(("azuma-otp" = Option<String>, Header, nullable = false, description = "A code of the second factor")),
    request_body = UpdateRequest,
    responses((status = 200, description = "The user after the change", body = UpdatedResponse), (status = 403), (status = 409), (status = 429), (status = 503)),
    security(("bearer" = [])),
)]
pub async fn update(
    accounts: web::Data<Accounts>,
    caller: Caller,
    origin: Origin,
    body: Body,
) -> HttpResult {
    let language = origin.language;
    let body: UpdateRequest = body.json().await?;
    let update = body.parse(accounts.password_rules, accounts.current_password, origin)?;
    let user = accounts.update_user(&caller, update, language).await?;
    Ok(HttpResponse::Ok().json(UpdatedResponse::from(user)))
}

/// Shows one's own account.
#[utoipa::path(
    get,
    path = "/user/self",
    responses((
        status = 200,
        description = "The account",
        body = SelfResponse,
        headers(("Azuma-Session" = String, description = "The next token, if there is one")),
    )),
    security(("bearer" = [])),
)]
pub async fn show_self(caller: Caller) -> HttpResult {
    let user = SelfResponse::from(caller.user.profile()?);
    Ok(JsonObject::from(user).into_response())
}

/// Shows a user.
#[utoipa::path(
    get,
    path = "/user/{id}",
    operation_id = "show_user",
    params(("id" = Uuid, Path, description = "The id of the user")),
    responses((status = 200, description = "The user", body = UserResponse), (status = 404)),
    security(("bearer" = [])),
)]
pub async fn show(accounts: web::Data<Accounts>, _: Caller, id: PathId) -> HttpResult {
    let id = id.0.ok_or(FindUserError::UserUnknown)?;
    let user = accounts.find_user(UserId::new(id)).await?;
    Ok(HttpResponse::Ok().json(UserResponse::from(&user)))
}

/// Deletes one's own account, with its sessions and its mail.
#[utoipa::path(
    delete,
    path = "/user/self",
    operation_id = "delete_self",
    request_body = Option<CurrentPassword>,
    responses((status = 204, description = "The account is deleted"), (status = 403), (status = 429), (status = 503)),
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
    Ok(HttpResponse::NoContent().finish())
}
