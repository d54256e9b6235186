use actix_web::{HttpResponse, web};
use azuma_domain::services::{FindUserError, Services};
use azuma_domain::user::UserId;

use super::dto::{
    RegisterRequest, SelfResponse, TokenResponse, UpdateRequest, UpdatedResponse, UserResponse,
};
use super::{Caller, HttpResult, Settings};
use crate::http::body::Body;
use crate::http::origin::Origin;
use crate::http::path_id::PathId;

/// `POST /users`
pub async fn register(
    services: web::Data<Services>,
    settings: web::Data<Settings>,
    origin: Origin,
    body: Body,
) -> HttpResult {
    let body: RegisterRequest = body.json().await?;
    let registration = body.parse(services.password_rules(), origin.client)?;
    let issued = services.register(registration, settings.terms).await?;
    Ok(HttpResponse::Created().json(TokenResponse::from(issued)))
}

/// `PATCH /user/update`
pub async fn update(
    services: web::Data<Services>,
    caller: Caller,
    origin: Origin,
    body: Body,
) -> HttpResult {
    let body: UpdateRequest = body.json().await?;
    let update = body.parse(services.password_rules(), origin.client)?;
    let user = services
        .update_user(&caller, update, origin.language)
        .await?;
    Ok(HttpResponse::Ok().json(UpdatedResponse::from(user)))
}

/// `GET /user/self`
pub async fn show_self(caller: Caller) -> HttpResult {
    Ok(HttpResponse::Ok().json(SelfResponse::from(caller.user.profile()?)))
}

/// `GET /user/{id}`
pub async fn show(services: web::Data<Services>, _: Caller, id: PathId) -> HttpResult {
    let id = id.0.ok_or(FindUserError::UserUnknown)?;
    let user = services.find_user(UserId::new(id)).await?;
    Ok(HttpResponse::Ok().json(UserResponse::from(&user)))
}

/// `DELETE /user/self`
pub async fn delete(services: web::Data<Services>, caller: Caller, origin: Origin) -> HttpResult {
    services.delete_user(&caller, origin.client.ip).await?;
    Ok(HttpResponse::NoContent().finish())
}
