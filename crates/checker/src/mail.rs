//! Mail: every message is sent or a dead letter, and is not sent again once that is stored.

use crate::history::{Answer, Event, History, MailState, Moment, Request};
use crate::{Rule, Violation};

pub(crate) fn check(history: &History) -> Vec<Violation> {
    let violation = |what, events| Violation {
        rule: Rule::MailIsSentOnce,
        what,
        events,
    };
    let mut violations = Vec::new();
    for (number, mail) in history.mail.iter().enumerate() {
        let again = history.mail[..number]
            .iter()
            .find(|first| first.id == mail.id && first.settled.is_some());
        if let Some(first) = again {
            let what = format!(
                "message {} was taken at {:?} and again at {:?}",
                mail.id, first.at, mail.at
            );
            violations.push(violation(what, vec![]));
        }
    }
    for mail in &history.outbox {
        if mail.state == MailState::Queued {
            let what = format!("message {} is still in the outbox", mail.id);
            violations.push(violation(what, vec![]));
        }
    }
    for (number, event) in history.events.iter().enumerate() {
        if let Request::RequestAccount { email, .. } = &event.request
            && event.answer == Answer::Done
            && !was_mailed(history, email, event.asked)
            && !was_not_needed(&history.events, email, event.asked)
        {
            let what = format!("no message came of event {number}");
            violations.push(violation(what, vec![number]));
        }
    }
    violations
}

/// Whether a message to the address was taken since, or is a dead letter.
fn was_mailed(history: &History, email: &str, since: Moment) -> bool {
    let taken = |at: Moment, to: &str| at > since && to == email;
    history.mail.iter().any(|mail| taken(mail.at, &mail.to))
        || history.outbox.iter().any(|mail| mail.to == email)
}

/// Whether the account was verified by another message, which takes away the link.
fn was_not_needed(events: &[Event], email: &str, since: Moment) -> bool {
    events.iter().any(|event| match &event.request {
        Request::Reset { link, .. } => event.answered > since && link.mailed_to == email,
        _ => false,
    })
}
