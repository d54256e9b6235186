//! The history of invalidations: whoever has seen a number has seen all before it, and the newest is there.

use crate::history::{Effect, History, Request};
use crate::{Rule, Violation};

pub(crate) fn check(history: &History) -> Vec<Violation> {
    let numbers = &history.invalidations;
    let gaps = numbers
        .windows(2)
        .filter(|pair| pair[1] != pair[0] + 1)
        .map(|pair| format!("{} follows {}", pair[1], pair[0]));
    let newest = numbers.last().copied().unwrap_or(0);
    let counted = history.invalidations_counted;
    let missing = counted
        .filter(|counted| *counted != newest)
        .map(|counted| format!("the counter is at {counted}, and the newest number is {newest}"));
    let acknowledged = acknowledged(history);
    let too_few = counted
        .filter(|counted| *counted < acknowledged)
        .map(|counted| {
            format!(
                "the counter is at {counted}, although {acknowledged} changes were acknowledged"
            )
        });
    gaps.chain(missing)
        .chain(too_few)
        .map(|what| Violation {
            rule: Rule::InvalidationsHaveNoGaps,
            what,
            events: Vec::new(),
        })
        .collect()
}

/// How many requests were acknowledged that change a user who has been cached, and so have a number each.
fn acknowledged(history: &History) -> u64 {
    let changes = history.events.iter().filter(|event| {
        let changes_a_user = matches!(
            event.request,
            Request::Rename { .. }
                | Request::ChangePassword { .. }
                | Request::Reset { .. }
                | Request::Delete
        );
        changes_a_user && event.answer.effect() == Effect::Done
    });
    changes.count() as u64
}
