//! The expiry of a sliding token moves forwards only.

use super::refused::told_expiry;
use crate::history::{History, Moment, Policy};
use crate::owners::Owners;
use crate::{Rule, Violation};

pub(super) fn check(history: &History, owners: &Owners) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (number, event) in history.events.iter().enumerate() {
        let Some(token) = &event.token else {
            continue;
        };
        let is_sliding = owners
            .session(&token.session)
            .is_some_and(|opened| opened.policy == Policy::Sliding);
        let Some(told) = told_expiry(event, &token.id).filter(|_| is_sliding) else {
            continue;
        };
        let before: Option<(usize, Moment)> = history
            .events
            .iter()
            .enumerate()
            .filter(|(_, other)| other.answered < event.asked)
            .filter_map(|(other, before)| Some((other, told_expiry(before, &token.id)?)))
            .find(|(_, at)| told.plus(history.bounds.clock_skew) < *at);
        if let Some((other, _)) = before {
            violations.push(Violation {
                rule: Rule::ExpiriesMoveForward,
                what: format!(
                    "event {number} tells an earlier expiry than event {other} before it"
                ),
            });
        }
    }
    violations
}
