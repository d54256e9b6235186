//! All who renew the same token get the same next one, until that has expired.

use std::collections::BTreeMap;

use super::refused::grace_may_be_over;
use crate::history::{Answer, History};
use crate::index::Index;
use crate::{Rule, Violation};

pub(super) fn check(history: &History, index: &Index<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut first = BTreeMap::new();
    for (number, event) in history.events.iter().enumerate() {
        let (Some(token), Answer::Next(Some(next))) = (&event.token, &event.answer) else {
            continue;
        };
        let (told_by, told) = *first.entry(token.id.as_str()).or_insert((number, next));
        let (earlier, later) = match history.events[told_by].asked <= event.asked {
            true => (told, event),
            false => (next, &history.events[told_by]),
        };
        let has_expired = || {
            earlier.expires_at <= later.answered.plus(history.bounds.clock_skew)
                || grace_may_be_over(history, index, later, &earlier.token)
        };
        if told.token.id != next.token.id && !has_expired() {
            violations.push(Violation {
                rule: Rule::NextTokensAgree,
                what: format!("events {told_by} and {number} renew one token to two"),
                events: vec![told_by, number],
            });
        }
    }
    violations
}
