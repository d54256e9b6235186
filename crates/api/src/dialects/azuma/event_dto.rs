//! The query and the response of `GET /user/events`.

use azuma_domain::Timestamp;
use azuma_domain::audit::{EventPosition, RecordedEvent, Source};
use azuma_domain::services::EventPage;
use azuma_domain::session::UserAgent;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::dto::as_text;
use crate::events::{Cursor, words};
use crate::http::fields::FieldError;

/// The events on a page unless the client says how many.
const EVENTS: u32 = 50;
/// The most events on a page.
const MOST_EVENTS: u32 = 100;

/// The query of `GET /user/events`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// The `next` of the page before.
    before: Option<String>,
    /// How many events; 50 unless it is given.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

impl EventsQuery {
    /// Where the page begins, and how many events it has.
    pub fn parse(self) -> Result<(Option<EventPosition>, u32), FieldError> {
        let parse = |text: String| Cursor::parse(&text).ok_or(FieldError::Before);
        let before = self.before.map(parse).transpose()?;
        let limit = self.limit.unwrap_or(EVENTS);
        match (1..=MOST_EVENTS).contains(&limit) {
            true => Ok((before.map(|cursor| cursor.0), limit)),
            false => Err(FieldError::Limit),
        }
    }
}

/// The response of `GET /user/events`.
#[derive(Serialize, ToSchema)]
pub struct EventsResponse<'a> {
    events: Vec<EventItem<'a>>,
    #[schema(required)]
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct EventItem<'a> {
    id: Uuid,
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String, format = DateTime)]
    time: Timestamp,
    action: &'static str,
    outcome: &'static str,
    #[schema(required)]
    reason: Option<&'static str>,
    actor: &'static str,
    #[schema(required)]
    session_id: Option<Uuid>,
    #[schema(required)]
    ip: Option<String>,
    #[schema(required)]
    user_agent: Option<&'a str>,
    #[schema(required)]
    request_id: Option<String>,
}

impl<'a> From<&'a EventPage> for EventsResponse<'a> {
    fn from(page: &'a EventPage) -> Self {
        Self {
            events: page.events.iter().map(EventItem::from).collect(),
            next: page.next.map(|position| Cursor(position).to_string()),
        }
    }
}

impl<'a> From<&'a RecordedEvent> for EventItem<'a> {
    fn from(recorded: &'a RecordedEvent) -> Self {
        let RecordedEvent { id, event } = recorded;
        let (outcome, reason) = words(event.outcome);
        let Source { client, request_id } = &event.source;
        Self {
            id: id.uuid(),
            time: event.at,
            action: event.action.name(),
            outcome,
            reason,
            actor: event.actor.name(),
            session_id: event.session_id.map(|id| id.uuid()),
            ip: client.ip.map(|ip| ip.to_string()),
            user_agent: client.user_agent.as_ref().map(UserAgent::as_str),
            request_id: request_id.map(|id| id.to_string()),
        }
    }
}
