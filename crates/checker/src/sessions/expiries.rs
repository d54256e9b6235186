//! The expiry of a sliding token moves forwards only.

use super::refused::told_expiry;
use crate::history::{History, Policy};
use crate::index::Index;
use crate::{Rule, Violation};

pub(super) fn check(history: &History, index: &Index<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (number, event) in history.events.iter().enumerate() {
        let Some(token) = &event.token else {
            continue;
        };
        let opened = index.opened(&token.session);
        let is_sliding = opened.is_some_and(|opened| opened.policy == Policy::Sliding);
        let Some(told) = told_expiry(event, &token.id).filter(|_| is_sliding) else {
            continue;
        };
        let later_before = index
            .of_session(&token.session)
            .filter(|(_, other)| other.answered < event.asked)
            .filter_map(|(other, before)| Some((other, told_expiry(before, &token.id)?)))
            .find(|(_, at)| told.plus(history.bounds.clock_skew) < *at);
        if let Some((other, _)) = later_before {
            violations.push(Violation {
                rule: Rule::ExpiriesMoveForward,
                what: format!(
                    "event {number} tells an earlier expiry than event {other} before it"
                ),
                events: vec![other, number],
            });
        }
    }
    violations
}
