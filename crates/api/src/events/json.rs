//! Events as JSON with the words of the trail.

use azuma_domain::audit::RecordedEvent;
use azuma_domain::session::UserAgent;
use serde::Serialize;
use uuid::Uuid;

use super::words;

/// An event.
#[derive(Serialize)]
pub struct Event<'a> {
    time: String,
    id: Uuid,
    action: &'static str,
    outcome: &'static str,
    reason: Option<&'static str>,
    actor: &'static str,
    user_id: Option<Uuid>,
    session_id: Option<Uuid>,
    invite_id: Option<Uuid>,
    service_id: Option<Uuid>,
    ip: Option<String>,
    user_agent: Option<&'a str>,
    request_id: Option<String>,
}

impl<'a> From<&'a RecordedEvent> for Event<'a> {
    fn from(recorded: &'a RecordedEvent) -> Self {
        let RecordedEvent { id, event } = recorded;
        let (outcome, reason) = words(event.outcome);
        let client = &event.source.client;
        Self {
            time: event.at.to_string(),
            id: id.uuid(),
            action: event.action.name(),
            outcome,
            reason,
            actor: event.actor.name(),
            user_id: event.user_id.map(|id| id.uuid()),
            session_id: event.session_id.map(|id| id.uuid()),
            invite_id: event.invite_id.map(|id| id.uuid()),
            service_id: event.service_id.map(|id| id.uuid()),
            ip: client.ip.map(|ip| ip.to_string()),
            user_agent: client.user_agent.as_ref().map(UserAgent::as_str),
            request_id: event.source.request_id.map(|id| id.to_string()),
        }
    }
}
