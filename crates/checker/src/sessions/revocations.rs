//! A revoked session ends: at once on the node that revoked it, and within the bound on the others.

use crate::history::{Answer, Event, History, Refusal, Request};
use crate::index::{Index, Opened, set_password};
use crate::{Rule, Violation};

pub(super) fn check(history: &History, index: &Index<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (number, event) in history.events.iter().enumerate() {
        let Some(token) = event.token.as_ref().filter(|_| is_accepted(event)) else {
            continue;
        };
        let Some(opened) = index.opened(&token.session) else {
            continue;
        };
        let late = index.revocations_of(opened.user).find(|(_, ender)| {
            let most = match ender.node == event.node {
                true => ender.answered,
                false => ender.answered.plus(history.bounds.revoked_within),
            };
            event.asked > most
                && is_done(ender)
                && revokes(ender, &token.session)
                && (ender.asked > opened.answered || replaces_password(index, ender, opened))
        });
        if let Some((ended_by, _)) = late {
            violations.push(Violation {
                rule: Rule::RevokedSessionsEnd,
                what: format!(
                    "event {number} is accepted, although event {ended_by} had revoked its session"
                ),
            });
        }
    }
    violations
}

/// Whether the request replaced the password that the session was opened with. The login may have come before and be
/// revoked, or it is refused: no order lets the session live.
fn replaces_password(index: &Index<'_>, ender: &Event, opened: Opened<'_>) -> bool {
    let (Some(given), Some(wanted)) = (opened.password, set_password(ender)) else {
        return false;
    };
    given != wanted
        && index
            .setting(given)
            .any(|(_, setter)| is_done(setter) && setter.answered < ender.asked)
}

/// Whether the answer shows that the token was accepted.
fn is_accepted(event: &Event) -> bool {
    match event.answer {
        Answer::Refused(Refusal::TokenInvalid) | Answer::Unknown | Answer::Failed(_) => false,
        Answer::Refused(_)
        | Answer::Done
        | Answer::Live { .. }
        | Answer::Next(_)
        | Answer::Issued { .. }
        | Answer::Reset { .. } => true,
    }
}

/// Whether the answer shows that the request had its effect.
fn is_done(event: &Event) -> bool {
    match event.answer {
        Answer::Refused(_) | Answer::Unknown | Answer::Failed(_) => false,
        Answer::Done
        | Answer::Live { .. }
        | Answer::Next(_)
        | Answer::Issued { .. }
        | Answer::Reset { .. } => true,
    }
}

/// Whether the request, by or about the session's user, revokes the session if it has its effect.
pub(super) fn revokes(ender: &Event, session: &str) -> bool {
    let presents_it = ender
        .token
        .as_ref()
        .is_some_and(|token| token.session == session);
    match &ender.request {
        Request::LogOut => presents_it,
        Request::ChangePassword { .. } => !presents_it,
        Request::LogOutEverywhere | Request::Delete | Request::Reset { .. } => true,
        Request::Register { .. }
        | Request::RequestAccount { .. }
        | Request::Follow(_)
        | Request::LogIn { .. }
        | Request::Check
        | Request::Renew
        | Request::Rename { .. }
        | Request::ChangeEmail { .. }
        | Request::Recover { .. } => false,
    }
}
