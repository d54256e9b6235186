//! Events for people, a line each.

use azuma_domain::audit::RecordedEvent;

use super::words;

/// The event, with what is known of it.
pub fn line(recorded: &RecordedEvent) -> String {
    let event = &recorded.event;
    let (outcome, reason) = words(event.outcome);
    let client = &event.source.client;
    let words = [
        ("reason", reason.map(str::to_owned)),
        ("user", event.user_id.map(|id| id.to_string())),
        ("session", event.session_id.map(|id| id.to_string())),
        ("invite", event.invite_id.map(|id| id.to_string())),
        ("service", event.service_id.map(|id| id.to_string())),
        ("ip", client.ip.map(|ip| ip.to_string())),
        // Quoted, because a client writes what it likes.
        (
            "agent",
            client
                .user_agent
                .as_ref()
                .map(|agent| format!("{:?}", agent.as_str())),
        ),
        ("request", event.source.request_id.map(|id| id.to_string())),
    ];
    let known = words.into_iter();
    let known = known.filter_map(|(name, word)| Some(format!("  {name}={}", word?)));
    format!(
        "{}  {:<24} {outcome}  by {}{}",
        event.at,
        event.action.name(),
        event.actor.name(),
        known.collect::<String>()
    )
}
