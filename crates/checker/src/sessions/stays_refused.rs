//! A token that was refused stays refused: what made one node refuse it reaches the others within the bound. This needs no
//! beginning of the session, so that it holds for tokens that are older than the history.

use std::collections::BTreeMap;
use std::time::Duration;

use super::refused::is_refused;
use crate::history::{Effect, Event, History, Moment};

/// By token: the first event that was refused, and since when all nodes know why.
pub(super) struct Refusals<'a>(BTreeMap<&'a str, (usize, Moment)>);

impl<'a> Refusals<'a> {
    pub(super) fn of(history: &'a History) -> Self {
        let bounds = &history.bounds;
        let mut by_token: BTreeMap<&str, Vec<(usize, &Event)>> = BTreeMap::new();
        for (number, event) in history.events.iter().enumerate() {
            if let Some(token) = &event.token {
                by_token.entry(&token.id).or_default().push((number, event));
            }
        }
        let first = by_token.into_iter().filter_map(|(token, events)| {
            let refusals = events.iter().filter(|(_, event)| {
                is_refused(event) && !may_be_extended(event, &events, bounds.clock_skew)
            });
            let (number, event) = refusals.min_by_key(|(_, event)| event.answered)?;
            // A node whose clock is behind takes a token for so much longer.
            let known = event
                .answered
                .plus(bounds.revoked_within + bounds.clock_skew);
            Some((token, (*number, known)))
        });
        Self(first.collect())
    }

    /// The refusal that this event, whose token is accepted, comes too long after.
    pub(super) fn before(&self, event: &Event) -> Option<usize> {
        let (number, known) = self.0.get(event.token.as_ref()?.id.as_str())?;
        (event.asked > *known).then_some(*number)
    }
}

/// Whether the token had expired for the node that refused it alone, and a use of it on a node whose clock is behind may have
/// extended it.
fn may_be_extended(refusal: &Event, events: &[(usize, &Event)], skew: Duration) -> bool {
    skew > Duration::ZERO
        && events.iter().any(|(_, event)| {
            let may_end_later = event.answer.effect() == Effect::Unknown;
            !is_refused(event)
                && event.asked <= refusal.answered.plus(skew)
                && (may_end_later || event.answered >= refusal.asked)
        })
}
