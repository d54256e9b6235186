//! A token is refused only if its session was revoked, or it has expired.

use super::revocations::revokes;
use crate::history::{Answer, Event, History, Moment, Refusal};
use crate::owners::Owners;
use crate::{Rule, Violation};

pub(super) fn check(history: &History, owners: &Owners) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (number, event) in history.events.iter().enumerate() {
        if event.answer != Answer::Refused(Refusal::TokenInvalid) {
            continue;
        }
        let Some(token) = &event.token else {
            continue;
        };
        let Some(opened) = owners.session(&token.session) else {
            continue;
        };
        let may_be_revoked = history.events.iter().enumerate().any(|(other, ender)| {
            other != number
                && ender.asked <= event.answered
                && may_be_done(ender)
                && revokes(ender, &token.session, opened, owners)
        });
        if !may_be_revoked && !may_have_expired(history, event) {
            violations.push(Violation {
                rule: Rule::LiveSessionsAreAccepted,
                what: format!("event {number} is refused, although its session is live"),
            });
        }
    }
    violations
}

fn may_be_done(event: &Event) -> bool {
    !matches!(event.answer, Answer::Refused(_))
}

/// Whether the token may have expired when the event was answered.
fn may_have_expired(history: &History, event: &Event) -> bool {
    let Some(token) = &event.token else {
        return false;
    };
    let bounds = &history.bounds;
    let now = event.answered.plus(bounds.clock_skew);
    let last_told = history
        .events
        .iter()
        .filter(|other| other.answered <= event.asked)
        .filter_map(|other| told_expiry(other, &token.id))
        .max();
    let expired = last_told.is_none_or(|at| now.plus(bounds.unwritten_use) >= at);
    let succeeded = history
        .events
        .iter()
        .filter(|other| is_successor(history, other, event))
        .map(|other| other.asked)
        .min();
    expired || succeeded.is_some_and(|since| now >= since.plus(bounds.grace))
}

/// The expiry of the token that the answer tells.
pub(super) fn told_expiry(event: &Event, id: &str) -> Option<Moment> {
    match &event.answer {
        Answer::Issued {
            token, expires_at, ..
        } if token.id == id => Some(*expires_at),
        Answer::Next(Some(next)) if next.token.id == id => Some(next.expires_at),
        Answer::Live { expires_at, .. }
            if event.token.as_ref().is_some_and(|token| token.id == id) =>
        {
            Some(*expires_at)
        }
        _ => None,
    }
}

/// Whether the event may have used a later token of the session that the refused token belongs to.
fn is_successor(history: &History, other: &Event, refused: &Event) -> bool {
    let (Some(used), Some(token)) = (&other.token, &refused.token) else {
        return false;
    };
    used.session == token.session
        && used.id != token.id
        && other.answer != Answer::Refused(Refusal::TokenInvalid)
        && is_after(history, &token.id, &used.id)
}

/// Whether `later` is a next token of `earlier`, or one of its next tokens.
fn is_after(history: &History, earlier: &str, later: &str) -> bool {
    let mut current = later;
    // A session has fewer tokens than the history has events.
    for _ in 0..history.events.len() {
        let before = history.events.iter().find_map(|event| match &event.answer {
            Answer::Next(Some(next)) if next.token.id == current => event.token.as_ref(),
            _ => None,
        });
        match before {
            Some(before) if before.id == earlier => return true,
            Some(before) => current = &before.id,
            None => return false,
        }
    }
    false
}
