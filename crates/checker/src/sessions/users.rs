//! A token tells the user that its session was issued to.

use crate::history::{Answer, History};
use crate::index::Index;
use crate::{Rule, Violation};

pub(super) fn check(history: &History, index: &Index<'_>) -> Vec<Violation> {
    let events = history.events.iter().enumerate();
    events
        .filter_map(|(number, event)| {
            let (Some(token), Answer::Live { user, .. }) = (&event.token, &event.answer) else {
                return None;
            };
            let opened = index.opened(&token.session)?;
            (opened.user != user).then_some((opened.by, number))
        })
        .map(|(opened, number)| Violation {
            rule: Rule::TokensNameTheirUser,
            what: format!("event {number} tells another user than the session was issued to"),
            events: vec![opened, number],
        })
        .collect()
}
