//! Mail: every message is sent or a dead letter, and is not sent again once that is stored.

use crate::history::{Answer, Effect, Event, History, MailState, Moment, RefusedMail, Request};
use crate::index::Index;
use crate::{Rule, Violation};

pub(crate) fn check(history: &History, index: &Index<'_>) -> Vec<Violation> {
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
    let refused = history.refused_mail.iter();
    for mail in refused.filter(|mail| mail.settled.is_some()) {
        if !stays_a_dead_letter(history, index, mail) {
            let what = format!(
                "message {} was refused for good at {:?}, and is no dead letter or was sent again",
                mail.id, mail.at
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

/// Whether a message whose refusal is stored was not handed over again, and is a dead letter or was deleted with its user.
fn stays_a_dead_letter(history: &History, index: &Index<'_>, refused: &RefusedMail) -> bool {
    let is_again = |id: &str, at: Moment| id == refused.id && at > refused.at;
    let (mut taken, mut others) = (history.mail.iter(), history.refused_mail.iter());
    let mut outbox = history.outbox.iter();
    !taken.any(|mail| is_again(&mail.id, mail.at))
        && !others.any(|mail| is_again(&mail.id, mail.at))
        && (outbox.any(|mail| mail.id == refused.id && mail.state == MailState::DeadLetter)
            || may_be_deleted(history, index, refused.user.as_deref()))
}

fn may_be_deleted(history: &History, index: &Index<'_>, user: Option<&str>) -> bool {
    history.events.iter().any(|event| {
        event.request == Request::Delete
            && event.answer.effect() != Effect::Nothing
            && user.is_some()
            && index.user(event) == user
    })
}

/// Whether a message to the address was taken since, or was written since and is a dead letter.
fn was_mailed(history: &History, email: &str, since: Moment) -> bool {
    let taken = |at: Moment, to: &str| at > since && to == email;
    let earliest = since.minus(history.bounds.clock_skew);
    history.mail.iter().any(|mail| taken(mail.at, &mail.to))
        || history
            .outbox
            .iter()
            .any(|mail| mail.to == email && mail.created_at.is_none_or(|at| at >= earliest))
}

/// Whether the account was verified by another message, which takes away the link.
fn was_not_needed(events: &[Event], email: &str, since: Moment) -> bool {
    events.iter().any(|event| match &event.request {
        Request::Reset { link, .. } => event.answered > since && link.mailed_to == email,
        _ => false,
    })
}
