//! `GET /me/events`: what happened to the account.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use azuma_domain::Timestamp;
use azuma_domain::audit::{EventPosition, Outcome, RecordedEvent};
use azuma_domain::mail::Language;
use azuma_domain::services::Accounts;
use serde::Deserialize;

use super::ago::ago;
use super::caller::Caller;
use super::device::device;
use super::event_words::{action_words, actor_words, reason_words};
use super::texts::MeTexts;
use crate::events::Cursor;
use crate::http::origin::language;
use crate::pages::notice::try_later;
use crate::pages::page;
use crate::pages::texts::Texts;

/// The events on a page.
const EVENTS: u32 = 50;

#[derive(Template)]
#[template(path = "me_events.html")]
struct EventsPage<'a> {
    texts: &'a Texts,
    me: &'a MeTexts,
    events: Vec<EventItem>,
    /// Where the next page begins.
    older: Option<Cursor>,
}

struct EventItem {
    action: &'static str,
    /// That it was refused, and why.
    refused: Option<&'static str>,
    /// Who did it, unless it was the user or a client.
    actor: Option<&'static str>,
    time: String,
    ago: String,
    device: Option<String>,
    ip: Option<String>,
}

/// The query of the page.
#[derive(Deserialize)]
struct EventsQuery {
    before: String,
}

/// `GET /me/events`. A query that means nothing shows the newest events.
pub async fn show(
    accounts: web::Data<Accounts>,
    caller: Caller,
    request: HttpRequest,
) -> HttpResponse {
    let language = language(&request);
    let texts = Texts::of(language);
    let before = before(request.query_string());
    let listed = match accounts.list_events(&caller, before, EVENTS).await {
        Ok(listed) => listed,
        Err(error) => return try_later(texts, error),
    };
    let now = accounts.clock.now();
    let events = listed.events.iter();
    page(&EventsPage {
        texts,
        me: MeTexts::of(language),
        events: events.map(|event| item(event, language, now)).collect(),
        older: listed.next.map(Cursor),
    })
}

pub(super) fn before(query: &str) -> Option<EventPosition> {
    let query = web::Query::<EventsQuery>::from_query(query).ok()?;
    Cursor::parse(&query.before).map(|cursor| cursor.0)
}

fn item(recorded: &RecordedEvent, language: Language, now: Timestamp) -> EventItem {
    let event = &recorded.event;
    let client = &event.source.client;
    let agent = client.user_agent.as_ref();
    EventItem {
        action: action_words(language, event.action),
        refused: match event.outcome {
            Outcome::Success => None,
            Outcome::Refused(reason) => Some(reason_words(language, reason)),
        },
        actor: actor_words(language, event.actor),
        time: event.at.to_string(),
        ago: ago(language, event.at.until(now)),
        device: agent.map(|agent| device(language, Some(agent.as_str()))),
        ip: client.ip.map(|ip| ip.to_string()),
    }
}
