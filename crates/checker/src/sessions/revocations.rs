//! A revoked session ends: at once on the node that revoked it, and within the bound on the others.

use crate::history::{Answer, Event, History, Refusal, Request};
use crate::owners::{Opened, Owners};
use crate::{Rule, Violation};

pub(super) fn check(history: &History, owners: &Owners) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (number, event) in history.events.iter().enumerate() {
        let Some(token) = event.token.as_ref().filter(|_| is_accepted(event)) else {
            continue;
        };
        let Some(opened) = owners.session(&token.session) else {
            continue;
        };
        let late = history.events.iter().enumerate().find(|(_, ender)| {
            let most = match ender.node == event.node {
                true => ender.answered,
                false => ender.answered.plus(history.bounds.revoked_within),
            };
            event.asked > most
                && is_done(ender)
                && (ender.asked > opened.answered || replaces_password(history, ender, opened))
                && revokes(ender, &token.session, opened, owners)
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
fn replaces_password(history: &History, ender: &Event, opened: &Opened) -> bool {
    let (Some(given), Some(wanted)) = (opened.password.as_deref(), set_password(ender)) else {
        return false;
    };
    given != wanted
        && history
            .events
            .iter()
            .any(|event| set_password(event) == Some(given) && event.answered < ender.asked)
}

/// The password that the request sets.
fn set_password(event: &Event) -> Option<&str> {
    match &event.request {
        Request::Register { password, .. }
        | Request::RequestAccount { password, .. }
        | Request::ChangePassword { password }
        | Request::Reset { password, .. } => Some(password),
        _ => None,
    }
}

/// Whether the answer shows that the token was accepted.
pub(super) fn is_accepted(event: &Event) -> bool {
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

/// Whether the request revokes the session, if it has its effect.
pub(super) fn revokes(ender: &Event, session: &str, opened: &Opened, owners: &Owners) -> bool {
    let presented = ender.token.as_ref().map(|token| token.session.as_str());
    let is_of_user = || owners.owner(ender).as_ref() == Some(&opened.user);
    match &ender.request {
        Request::LogOut => presented == Some(session),
        Request::LogOutEverywhere | Request::Delete => is_of_user(),
        Request::ChangePassword { .. } => presented != Some(session) && is_of_user(),
        Request::Reset { link, .. } => link.user == opened.user,
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
