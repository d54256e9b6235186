use actix_web::{HttpResponse, web};
use azuma_domain::services::{Accounts, FindUserError, Registered};
use azuma_domain::user::UserId;

use super::dto::{
    NoToken, RegisterRequest, SelfResponse, TokenResponse, UpdateRequest, UpdatedResponse,
    UserResponse,
};
use super::{AzumaSettings, Caller, HttpResult};
use crate::http::body::Body;
use crate::http::current_password::read_current_password;
use crate::http::origin::Origin;
use crate::http::path_id::PathId;

/// `POST /users`
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

/// `PATCH /user/update`
pub async fn update(
    accounts: web::Data<Accounts>,
    caller: Caller,
    origin: Origin,
    body: Body,
) -> HttpResult {
    let language = origin.language;
    let body: UpdateRequest = body.json().await?;
    let update = body.parse(accounts.password_rules, origin)?;
    let user = accounts.update_user(&caller, update, language).await?;
    Ok(HttpResponse::Ok().json(UpdatedResponse::from(user)))
}

/// `GET /user/self`
pub async fn show_self(caller: Caller) -> HttpResult {
    Ok(HttpResponse::Ok().json(SelfResponse::from(caller.user.profile()?)))
}

/// `GET /user/{id}`
pub async fn show(accounts: web::Data<Accounts>, _: Caller, id: PathId) -> HttpResult {
    let id = id.0.ok_or(FindUserError::UserUnknown)?;
    let user = accounts.find_user(UserId::new(id)).await?;
    Ok(HttpResponse::Ok().json(UserResponse::from(&user)))
}

/// `DELETE /user/self`
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
