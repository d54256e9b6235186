//! A token tells the user that its session was issued to.

use crate::history::{Answer, History};
use crate::index::Index;
use crate::{Rule, Violation};

pub(super) fn check(history: &History, index: &Index<'_>) -> Vec<Violation> {
    let events = history.events.iter().enumerate();
    events
        .filter(|(_, event)| {
            let (Some(token), Answer::Live { user, .. }) = (&event.token, &event.answer) else {
                return false;
            };
            let opened = index.opened(&token.session);
            opened.is_some_and(|opened| opened.user != user)
        })
        .map(|(number, _)| Violation {
            rule: Rule::TokensNameTheirUser,
            what: format!("event {number} tells another user than the session was issued to"),
        })
        .collect()
}
