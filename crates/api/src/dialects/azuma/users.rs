use actix_web::{HttpResponse, web};
use azuma_domain::services::{Accounts, FindUserError};
use azuma_domain::user::UserId;

use super::dto::{RegisterBody, SelfAnswer, TokenAnswer, UpdateBody, UpdatedAnswer, UserAnswer};
use super::{Answer, Caller, Settings};
use crate::http::body::Body;
use crate::http::origin::Origin;
use crate::http::path_id::PathId;

/// `POST /users`
pub async fn register(
    accounts: web::Data<Accounts>,
    settings: web::Data<Settings>,
    origin: Origin,
    body: Body,
) -> Answer {
    let body: RegisterBody = body.json().await?;
    let registration = body.parse(accounts.password_rules, origin.client)?;
    let issued = accounts.register(registration, settings.terms).await?;
    Ok(HttpResponse::Created().json(TokenAnswer::from(issued)))
}

/// `PATCH /user/update`
pub async fn update(
    accounts: web::Data<Accounts>,
    caller: Caller,
    origin: Origin,
    body: Body,
) -> Answer {
    let body: UpdateBody = body.json().await?;
    let update = body.parse(accounts.password_rules, origin.client)?;
    let user = accounts
        .update_user(&caller, update, origin.language)
        .await?;
    Ok(HttpResponse::Ok().json(UpdatedAnswer::from(user)))
}

/// `GET /user/self`
pub async fn show_self(caller: Caller) -> Answer {
    Ok(HttpResponse::Ok().json(SelfAnswer::from(caller.user.profile()?)))
}

/// `GET /user/{id}`
pub async fn show(accounts: web::Data<Accounts>, _: Caller, id: PathId) -> Answer {
    let id = id.0.ok_or(FindUserError::UserUnknown)?;
    let user = accounts.find_user(UserId::new(id)).await?;
    Ok(HttpResponse::Ok().json(UserAnswer::from(&user)))
}

/// `DELETE /user/self`
pub async fn delete(accounts: web::Data<Accounts>, caller: Caller, origin: Origin) -> Answer {
    accounts.delete_user(&caller, origin.client.ip).await?;
    Ok(HttpResponse::NoContent().finish())
}
