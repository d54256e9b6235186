//! All who renew the same token get the same next one.

use std::collections::BTreeMap;

use crate::history::{Answer, History};
use crate::{Rule, Violation};

pub(super) fn check(history: &History) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut first: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for (number, event) in history.events.iter().enumerate() {
        let (Some(token), Answer::Next(Some(next))) = (&event.token, &event.answer) else {
            continue;
        };
        let (told_by, told) = *first
            .entry(token.id.as_str())
            .or_insert((number, next.token.id.as_str()));
        if told != next.token.id {
            violations.push(Violation {
                rule: Rule::NextTokensAgree,
                what: format!("events {told_by} and {number} renew one token to two"),
                events: vec![told_by, number],
            });
        }
    }
    violations
}
