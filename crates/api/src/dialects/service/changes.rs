//! Following the history: one answer at a time, or a stream of server-sent events.

use std::time::Duration;

use actix_web::http::header::HeaderValue;
use actix_web::http::{Method, Version};
use actix_web::{HttpRequest, HttpResponse, web};
use azuma_domain::ports::HistoryPosition;
use azuma_domain::services::{FollowError, News, ServiceAccess};
use serde::Deserialize;
use tokio::time::sleep;
use utoipa::IntoParams;

use super::caller::FollowingCaller;
use super::dto::{Change, ChangesResponse};
use super::stream::{EVENT_STREAM, stream};
use super::{HttpResult, Stopping};
use crate::http::accept;
use crate::http::fields::{FieldError, query};

/// The longest wait for a change, in seconds.
const LONGEST_WAIT: u64 = 30;
/// The header by which a client of server-sent events says where it was.
const LAST_EVENT: &str = "last-event-id";

/// The query of `GET /service/changes`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// The `position` of an earlier answer. Without it, the answer says where the history is.
    after: Option<String>,
    /// How many seconds to wait for a change, 0 to 30; 1 if it is missing.
    #[param(minimum = 0, maximum = 30)]
    wait: Option<u64>,
}

/// What is asked for.
pub(super) struct Question {
    pub(super) after: Option<HistoryPosition>,
    pub(super) wait: Duration,
}

impl Question {
    pub(super) fn read(request: &HttpRequest) -> Result<Self, FieldError> {
        let asked: ChangesQuery = query(request, FieldError::Wait)?;
        let wait = asked.wait.unwrap_or(1);
        if wait > LONGEST_WAIT {
            return Err(FieldError::Wait);
        }
        let last = request.headers().get(LAST_EVENT);
        let after = match (last, asked.after.as_deref()) {
            (Some(last), _) => Some(last_event(last).ok_or(FieldError::LastEvent)?),
            (None, Some(after)) => {
                Some(HistoryPosition::parse(after).map_err(|_| FieldError::After)?)
            }
            (None, None) => None,
        };
        Ok(Self {
            after,
            wait: Duration::from_secs(wait),
        })
    }
}

fn last_event(id: &HeaderValue) -> Option<HistoryPosition> {
    HistoryPosition::parse(id.to_str().ok()?).ok()
}

/// Tells what changed after a place in the history, at once or as soon as something does. With `Accept: text/event-stream` the
/// answer is a stream of events that goes on.
#[utoipa::path(
    get,
    path = "/service/changes",
    tag = "services",
    params(
        ChangesQuery,
        ("Last-Event-ID" = Option<String>, Header, nullable = false, description = "The id of the last event of an earlier stream; counts before `after`"),
    ),
    responses(
        (
            status = 200,
            description = "The changes, 1,000 at most, or events with them",
            content((ChangesResponse = "application/json"), (String = "text/event-stream")),
        ),
        (status = 400),
        (status = 429),
    ),
    security(("service" = [])),
)]
pub async fn follow(
    access: web::Data<ServiceAccess>,
    stopping: web::Data<Stopping>,
    caller: FollowingCaller,
    request: HttpRequest,
) -> HttpResult {
    let question = Question::read(&request)?;
    if wants_stream(&request) {
        let begin = match question.after {
            Some(place) => place,
            None => access.here()?,
        };
        return Ok(stream(access, stopping, caller, begin, &request));
    }
    drop(request);
    let Some(place) = question.after else {
        let answer = nothing_since(access.here()?);
        return Ok(HttpResponse::Ok().json(answer));
    };
    let news = next(&access, &stopping, place, question.wait).await?;
    Ok(HttpResponse::Ok().json(answer(&news)))
}

/// What there is after the place, at the latest when `wait` is over or the server is told to stop.
async fn next(
    access: &ServiceAccess,
    stopping: &Stopping,
    place: HistoryPosition,
    wait: Duration,
) -> Result<News, FollowError> {
    let news = access.changes_after(place).await?;
    if news.are_any() || wait.is_zero() {
        return Ok(news);
    }
    tokio::select! {
        biased;
        news = access.next_changes_after(place) => news,
        () = stopping.told() => Ok(news),
        () = sleep(wait) => access.here().map(|_| news),
    }
}

/// A stream has no length and goes on, which takes a connection that knows chunks.
fn wants_stream(request: &HttpRequest) -> bool {
    // The answer to a HEAD has no body, so a stream of nothing would hold its connection.
    request.method() == Method::GET
        && request.version() > Version::HTTP_10
        && accept::names(request, EVENT_STREAM)
}

fn answer(news: &News) -> ChangesResponse {
    let nothing = nothing_since(news.position());
    match news {
        News::Changes(page) => ChangesResponse {
            changes: page.changes.iter().map(Change::from).collect(),
            ..nothing
        },
        News::StartOver(_) => ChangesResponse {
            start_over: Some(true),
            ..nothing
        },
    }
}

fn nothing_since(here: HistoryPosition) -> ChangesResponse {
    ChangesResponse {
        position: here.to_string(),
        changes: Vec::new(),
        start_over: None,
    }
}
