use actix_web::{HttpRequest, HttpResponse, web};
use azuma_domain::services::Accounts;

use super::event_dto::{EventsQuery, EventsResponse};
use super::{Caller, HttpResult};
use crate::http::fields::FieldError;

/// `GET /user/events`
pub async fn list(
    accounts: web::Data<Accounts>,
    caller: Caller,
    request: HttpRequest,
) -> HttpResult {
    let query = web::Query::<EventsQuery>::from_query(request.query_string())
        .map_err(|_| FieldError::Query)?;
    let (before, limit) = query.into_inner().parse()?;
    let page = accounts.list_events(&caller, before, limit).await?;
    Ok(HttpResponse::Ok().json(EventsResponse::from(&page)))
}
