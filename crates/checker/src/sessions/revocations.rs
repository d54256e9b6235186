//! A revoked session ends: at once on the node that revoked it, and within the bound on the others.

use super::stays_refused::Refusals;
use crate::history::{Answer, Effect, Event, History, Refusal};
use crate::index::{Index, Opened, Revoked, set_password};
use crate::{Rule, Violation};

pub(super) fn check(history: &History, index: &Index<'_>) -> Vec<Violation> {
    let refusals = Refusals::of(history);
    let events = history.events.iter().enumerate();
    events
        .filter(|(_, event)| is_accepted(event))
        .filter_map(|(number, event)| {
            after_revocation(history, index, number, event)
                .or_else(|| after_refusal(&refusals, number, event))
        })
        .collect()
}

fn after_revocation(
    history: &History,
    index: &Index<'_>,
    number: usize,
    event: &Event,
) -> Option<Violation> {
    let token = event.token.as_ref()?;
    let opened = index.opened(&token.session)?;
    let (ended_by, _) = index.revocations_of(opened.user).find(|(_, ender)| {
        let most = match ender.node == event.node {
            true => ender.answered,
            false => ender.answered.plus(history.bounds.revoked_within),
        };
        event.asked > most
            && ender.answer.effect() == Effect::Done
            && revokes(ender, &token.session)
            && (ender.asked > opened.answered || replaces_password(index, ender, opened))
    })?;
    Some(Violation {
        rule: Rule::RevokedSessionsEnd,
        what: format!(
            "event {number} is accepted, although event {ended_by} had revoked its session"
        ),
        events: vec![opened.by, ended_by, number],
    })
}

fn after_refusal(refusals: &Refusals<'_>, number: usize, event: &Event) -> Option<Violation> {
    let refused = refusals.before(event)?;
    Some(Violation {
        rule: Rule::RevokedSessionsEnd,
        what: format!(
            "event {number} is accepted, although its token was refused to event {refused}"
        ),
        events: vec![refused, number],
    })
}

/// Whether the request replaced the password that the session was opened with. The login may have come before and be
/// revoked, or it is refused: no order lets the session live.
fn replaces_password(index: &Index<'_>, ender: &Event, opened: Opened<'_>) -> bool {
    let (Some(given), Some(wanted)) = (opened.password, set_password(ender)) else {
        return false;
    };
    given != wanted
        && index.setting(given).any(|(_, setter)| {
            setter.answer.effect() == Effect::Done && setter.answered < ender.asked
        })
}

/// Whether the answer shows that the token was accepted.
pub(super) fn is_accepted(event: &Event) -> bool {
    match event.answer.effect() {
        Effect::Done => true,
        Effect::Nothing => event.answer != Answer::Refused(Refusal::TokenInvalid),
        Effect::Unknown => false,
    }
}

/// Whether the request, which is about the session's user, revokes the session if it has its effect.
pub(super) fn revokes(ender: &Event, session: &str) -> bool {
    let presented = ender.token.as_ref().map(|token| token.session.as_str());
    match Revoked::by(&ender.request) {
        Some(Revoked::ThisSession) => presented == Some(session),
        Some(Revoked::OtherSessions) => presented != Some(session),
        Some(Revoked::AllSessions) => true,
        None => false,
    }
}
