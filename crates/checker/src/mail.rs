//! Mail: every message is sent or a dead letter, and is not sent again once that is stored.

use crate::history::{
    AcceptedMail, Answer, Effect, Event, History, MailState, Moment, Purpose, RefusedMail, Request,
};
use crate::index::Index;
use crate::{Rule, Violation};

pub(crate) fn check(history: &History, index: &Index<'_>) -> Vec<Violation> {
    let mut violations = sent_again(&history.mail);
    violations.extend(refused_and_lost(history, index));
    violations.extend(still_queued(history));
    violations.extend(forgotten(history, index));
    violations
}

fn violation(what: String, events: Vec<usize>) -> Violation {
    Violation {
        rule: Rule::MailIsSentOnce,
        what,
        events,
    }
}

fn sent_again(accepted: &[AcceptedMail]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (number, mail) in accepted.iter().enumerate() {
        let again = accepted[..number]
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
    violations
}

fn refused_and_lost(history: &History, index: &Index<'_>) -> Vec<Violation> {
    let refused = history.refused_mail.iter();
    refused
        .filter(|mail| mail.settled.is_some() && !stays_a_dead_letter(history, index, mail))
        .map(|mail| {
            let what = format!(
                "message {} was refused for good at {:?}, and is no dead letter or was sent again",
                mail.id, mail.at
            );
            violation(what, vec![])
        })
        .collect()
}

fn still_queued(history: &History) -> impl Iterator<Item = Violation> {
    let queued = |state| state == MailState::Queued;
    history
        .outbox
        .iter()
        .filter(move |mail| queued(mail.state))
        .map(|mail| {
            let what = format!("message {} is still in the outbox", mail.id);
            violation(what, vec![])
        })
}

/// Requests that were acknowledged, and no message came of them.
fn forgotten(history: &History, index: &Index<'_>) -> Vec<Violation> {
    let events = history.events.iter().enumerate();
    events
        .filter(|(number, event)| {
            event.answer == Answer::Done
                && awaited_by(history, index, *number, event)
                    .is_some_and(|address| !was_mailed(history, address, event.asked))
        })
        .map(|(number, _)| {
            let what = format!("no message came of event {number}");
            violation(what, vec![number])
        })
        .collect()
}

/// The address that a message must go to because of the request, which was acknowledged.
fn awaited_by<'a>(
    history: &History,
    index: &Index<'_>,
    number: usize,
    event: &'a Event,
) -> Option<&'a str> {
    match &event.request {
        Request::RequestAccount { email, waits, .. } => {
            // A node whose clock is ahead takes the account for lapsed, and with it goes the link.
            let may_lapse = history.bounds.clock_skew >= *waits;
            let is_needed =
                !may_lapse && !was_verified_otherwise(&history.events, email, event.asked);
            is_needed.then_some(email)
        }
        Request::ChangeEmail { email } => {
            let user = index.user(event)?;
            // The user may have proved the address before, or the link may have been taken away before it was mailed.
            let mut changes = index
                .possible_changes_of(user)
                .filter(|(other, _)| *other != number);
            let is_needed = changes.all(|(_, other)| {
                proved(&other.request) != Some(email) && !may_end_after(other, event.asked)
            });
            is_needed.then_some(email)
        }
        Request::Recover { email } => {
            has_certainly_an_account(history, index, email, event.asked).then_some(email)
        }
        _ => None,
    }
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
fn was_verified_otherwise(events: &[Event], email: &str, since: Moment) -> bool {
    events.iter().any(|event| match &event.request {
        Request::Reset { link, .. } => event.answered > since && link.mailed_to == email,
        _ => false,
    })
}

/// Whether an account had the address at that moment and kept it, and nothing took away a link that was to be mailed to it.
fn has_certainly_an_account(history: &History, index: &Index<'_>, email: &str, at: Moment) -> bool {
    let holders = history
        .events
        .iter()
        .filter(|event| event.answered < at)
        .filter_map(|event| match (&event.request, &event.answer) {
            (Request::Register { email: given, .. }, Answer::Issued { user, .. })
                if given.as_deref() == Some(email) =>
            {
                Some(user)
            }
            (Request::Follow(link), Answer::Done) if link.mailed_to == email => Some(&link.user),
            _ => None,
        });
    holders.into_iter().any(|user| {
        index
            .possible_changes_of(user)
            .all(|(_, event)| match &event.request {
                Request::Delete => false,
                Request::Follow(link) if link.purpose == Purpose::ChangeEmail => {
                    link.mailed_to == email && !may_end_after(event, at)
                }
                Request::Reset { .. } => !may_end_after(event, at),
                _ => true,
            })
    })
}

/// The address that the request proves, if it has its effect.
fn proved(request: &Request) -> Option<&String> {
    match request {
        Request::Follow(link) | Request::Reset { link, .. } => Some(&link.mailed_to),
        _ => None,
    }
}

/// Whether the request may have its effect after this moment.
fn may_end_after(event: &Event, moment: Moment) -> bool {
    match event.answer.effect() {
        Effect::Done => event.answered >= moment,
        Effect::Nothing => false,
        Effect::Unknown => true,
    }
}
