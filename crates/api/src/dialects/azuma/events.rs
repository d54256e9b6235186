use actix_web::{HttpRequest, HttpResponse, web};
use azuma_domain::services::Accounts;

use super::event_dto::{EventsQuery, EventsResponse};
use super::{Caller, HttpResult};
use crate::http::fields::{FieldError, query};

/// Lists what happened to one's own account, the newest first.
#[utoipa::path(
    get,
    path = "/user/events",
    operation_id = "list_events",
    params(EventsQuery),
    responses((status = 200, description = "A page of events", body = EventsResponse), (status = 400)),
    security(("bearer" = [])),
)]
pub async fn list(
    accounts: web::Data<Accounts>,
    caller: Caller,
    request: HttpRequest,
) -> HttpResult {
    let asked: EventsQuery = query(&request, FieldError::Limit)?;
    let (before, limit) = asked.parse()?;
    let page = accounts.list_events(&caller, before, limit).await?;
    Ok(HttpResponse::Ok().json(EventsResponse::from(&page)))
}
