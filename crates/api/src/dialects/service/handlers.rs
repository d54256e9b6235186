use actix_web::{HttpRequest, HttpResponse, web};
use azuma_domain::ports::Look;
use azuma_domain::services::{ServiceAccess, TokenBatch, UserBatch};
use azuma_domain::user::UserId;
use serde::Deserialize;
use utoipa::IntoParams;

use super::HttpResult;
use super::caller::{Caller, Gateway};
use super::dto::{
    CheckRequest, CheckResponse, IntrospectRequest, IntrospectResponse, UsersResponse,
};
use crate::http::body::Body;
use crate::http::fields::{FieldError, query};
use crate::http::path_id::hyphenated;

/// The largest body with tokens, in bytes. 1,000 tokens of 64 characters take 67 KB.
const MOST_BYTES: usize = 256 * 1024;

/// Says whose the tokens are. The body may have 256 KiB.
#[utoipa::path(
    post,
    path = "/service/check",
    tag = "services",
    request_body = CheckRequest,
    responses((status = 200, description = "An answer for each token", body = CheckResponse), (status = 429)),
    security(("service" = [])),
)]
pub async fn check(access: web::Data<ServiceAccess>, _: Caller, body: Body) -> HttpResult {
    let body: CheckRequest = body.of_at_most(MOST_BYTES).json().await?;
    let look = look(body.peek());
    let answers = access.check_tokens(body.parse()?, look).await?;
    Ok(HttpResponse::Ok().json(CheckResponse::from(answers)))
}

/// Says whose a token is, as RFC 7662 has it. A service may also present its token by HTTP Basic, with its name as user.
#[utoipa::path(
    post,
    path = "/service/introspect",
    tag = "services",
    request_body(content = IntrospectRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "What is known of the token", body = IntrospectResponse), (status = 429)),
    security(("service" = []), ("basic" = [])),
)]
pub async fn introspect(access: web::Data<ServiceAccess>, _: Gateway, body: Body) -> HttpResult {
    let body: IntrospectRequest = body.form().await?;
    let batch = TokenBatch::of(&body.token);
    let answers = access.check_tokens(batch, look(body.peek)).await?;
    Ok(HttpResponse::Ok().json(IntrospectResponse::from(answers)))
}

/// The query of `GET /service/users`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UsersQuery {
    /// 1 to 100 ids, with commas between them.
    ids: String,
}

impl UsersQuery {
    pub(super) fn parse(&self) -> Result<UserBatch, FieldError> {
        let ids = self.ids.split(',');
        let ids = ids.map(|id| hyphenated(id).map(UserId::new));
        let ids: Vec<_> = ids.collect::<Option<_>>().ok_or(FieldError::Ids)?;
        UserBatch::of(ids).ok_or(FieldError::Ids)
    }
}

/// Shows the users with these ids, and leaves out ids of no user.
#[utoipa::path(
    get,
    path = "/service/users",
    tag = "services",
    params(UsersQuery),
    responses((status = 200, description = "The users", body = UsersResponse), (status = 400), (status = 429)),
    security(("service" = [])),
)]
pub async fn list_users(
    access: web::Data<ServiceAccess>,
    _: Caller,
    request: HttpRequest,
) -> HttpResult {
    let asked: UsersQuery = query(&request, FieldError::Ids)?;
    let users = access.list_users(asked.parse()?).await?;
    Ok(HttpResponse::Ok().json(UsersResponse::from(users)))
}

fn look(peek: Option<bool>) -> Look {
    match peek {
        Some(true) => Look::Peek,
        Some(false) | None => Look::Use,
    }
}
