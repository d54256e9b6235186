//! A token is refused only if its session was revoked, or it has expired.

use super::revocations::revokes;
use super::surplus;
use crate::history::{Answer, Effect, Event, History, Moment, Refusal, Token, UnwrittenUses};
use crate::index::Index;
use crate::{Rule, Violation};

pub(super) fn check(history: &History, index: &Index<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (number, event) in history.events.iter().enumerate() {
        let Some(token) = event.token.as_ref().filter(|_| is_refused(event)) else {
            continue;
        };
        let Some(opened) = index.opened(&token.session) else {
            continue;
        };
        let may_be_revoked = index.revocations_of(opened.user).any(|(other, ender)| {
            other != number
                && ender.asked <= event.answered
                && ends_after(ender, opened.asked)
                && revokes(ender, &token.session)
        });
        if !may_be_revoked
            && !surplus::may_be_revoked(history, index, &token.session, opened, event)
            && !may_have_expired(history, index, event, token)
        {
            violations.push(Violation {
                rule: Rule::LiveSessionsAreAccepted,
                what: format!("event {number} is refused, although its session is live"),
                events: vec![opened.by, number],
            });
        }
    }
    violations
}

/// Whether the request may have had its effect after this moment.
fn ends_after(ender: &Event, moment: Moment) -> bool {
    match ender.answer.effect() {
        Effect::Done => ender.answered >= moment,
        Effect::Nothing => false,
        Effect::Unknown => true,
    }
}

pub(super) fn is_refused(event: &Event) -> bool {
    event.answer == Answer::Refused(Refusal::TokenInvalid)
}

/// Whether the token may have expired when the event was answered.
fn may_have_expired(history: &History, index: &Index<'_>, event: &Event, token: &Token) -> bool {
    let bounds = &history.bounds;
    let now = event.answered.plus(bounds.clock_skew);
    let last_told = index
        .of_session(&token.session)
        .filter(|(_, other)| other.answered <= event.asked)
        .filter_map(|(_, other)| stored_expiry(history, other, &token.id))
        .max();
    let expired = last_told.is_none_or(|at| now >= at);
    expired || grace_may_be_over(history, index, event, token)
}

/// Whether the token may have expired when the event was answered because a later one was used.
pub(super) fn grace_may_be_over(
    history: &History,
    index: &Index<'_>,
    event: &Event,
    token: &Token,
) -> bool {
    let succeeded = index
        .of_session(&token.session)
        .filter(|(_, other)| uses_a_later_token(index, other, token))
        .map(|(_, other)| other.asked)
        .min();
    let bounds = &history.bounds;
    let now = event.answered.plus(bounds.clock_skew);
    succeeded.is_some_and(|since| now >= since.plus(bounds.grace))
}

/// The expiry of the token that is stored, whatever crashes, once the answer is given: that of a new token, or that of a use
/// less what is written in the background, unless its node has stopped in order since.
fn stored_expiry(history: &History, event: &Event, id: &str) -> Option<Moment> {
    let told = told_expiry(event, id)?;
    Some(match event.answer {
        Answer::Live { .. } if !is_written(history, event) => {
            told.minus(history.bounds.unwritten_use)
        }
        _ => told,
    })
}

/// Whether the first that ended the node after the answer was that it stopped in order.
fn is_written(history: &History, event: &Event) -> bool {
    let endings = history.endings.iter();
    endings
        .filter(|ending| ending.node.is_none_or(|node| node == event.node))
        .filter(|ending| ending.at >= event.answered)
        .min_by_key(|ending| (ending.at, ending.uses))
        .is_some_and(|first| first.uses == UnwrittenUses::Written)
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

/// Whether the event may have used a later token of the session than this one.
fn uses_a_later_token(index: &Index<'_>, event: &Event, token: &Token) -> bool {
    let used = event.token.as_ref().filter(|used| used.id != token.id);
    used.is_some_and(|used| !is_refused(event) && is_later(index, used, token))
}

/// Whether `later` is a next token of `earlier`, or one of its next tokens.
fn is_later(index: &Index<'_>, later: &Token, earlier: &Token) -> bool {
    let before = |id: &str| {
        let mut events = index.of_session(&later.session);
        events.find_map(|(_, event)| match &event.answer {
            Answer::Next(Some(next)) if next.token.id == id => event.token.clone(),
            _ => None,
        })
    };
    let mut current = later.id.clone();
    // A session has no more tokens than events.
    for _ in index.of_session(&later.session) {
        match before(&current) {
            Some(token) if token.id == earlier.id => return true,
            Some(token) => current = token.id,
            None => return false,
        }
    }
    false
}
