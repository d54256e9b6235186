//! A user has no more sessions than the server allows: a log-in revokes the least used one.

use std::collections::BTreeMap;

use super::revocations::is_accepted;
use crate::history::{Answer, Event, History, Moment, Refusal, Request};
use crate::index::{Index, Opened};
use crate::{Rule, Violation};

/// Sessions beyond what a user may have that were all accepted, longer after the last was opened than the bound. A node whose
/// clock is further from the others' than that bound takes some of them for expired, and does not count them.
pub(super) fn check(history: &History, index: &Index<'_>) -> Vec<Violation> {
    let bounds = &history.bounds;
    let counted = bounds.clock_skew < bounds.revoked_within;
    let Some(most) = bounds.per_user.filter(|_| counted) else {
        return Vec::new();
    };
    let mut by_user: BTreeMap<&str, Vec<(Opened<'_>, Option<usize>)>> = BTreeMap::new();
    for (session, opened) in index.all_opened() {
        let accepted = index
            .of_session(session)
            .filter(|(number, event)| *number != opened.by && is_accepted(event))
            .max_by_key(|(_, event)| event.asked)
            .map(|(number, _)| number);
        by_user
            .entry(opened.user)
            .or_default()
            .push((opened, accepted));
    }
    let mut violations = Vec::new();
    for (user, sessions) in by_user {
        let too_many = sessions.iter().find_map(|(newest, _)| {
            let bound = newest.answered.plus(history.bounds.revoked_within);
            let alive: Vec<usize> = sessions
                .iter()
                .filter(|(opened, _)| opened.answered <= newest.answered)
                .filter_map(|(opened, accepted)| Some((opened, (*accepted)?)))
                .filter(|(_, accepted)| history.events[*accepted].asked > bound)
                .flat_map(|(opened, accepted)| [opened.by, accepted])
                .collect();
            (alive.len() > 2 * most as usize).then_some(alive)
        });
        if let Some(events) = too_many {
            violations.push(Violation {
                rule: Rule::RevokedSessionsEnd,
                what: format!("user {user} has more than {most} sessions that are accepted"),
                events,
            });
        }
    }
    violations
}

/// Whether a log-in may have revoked the session before the event was answered: one that may have come after the session was
/// opened, when as many others, itself included, as a user may have were used or opened since.
pub(super) fn may_be_revoked(
    history: &History,
    index: &Index<'_>,
    session: &str,
    opened: Opened<'_>,
    event: &Event,
) -> bool {
    let Some(most) = history.bounds.per_user else {
        return false;
    };
    let since = opened.asked.minus(history.bounds.clock_skew);
    let others = || {
        index.all_opened().filter(|(other, of)| {
            *other != session && of.user == opened.user && of.asked <= event.answered
        })
    };
    let used = others()
        .filter(|(other, _)| is_used_since(index, other, since))
        .count();
    let came_later = others().any(|(_, of)| of.answered >= opened.asked);
    if came_later && used >= most as usize {
        return true;
    }
    let unknown = history.events.iter().filter(|other| {
        other.answer == Answer::Unknown
            && other.asked <= event.answered
            && may_log_in(index, &other.request, opened.user)
    });
    let unknown = unknown.count();
    (came_later || unknown > 0) && used + unknown >= most as usize
}

/// Whether it is a log-in with a password that the user may have had.
fn may_log_in(index: &Index<'_>, request: &Request, user: &str) -> bool {
    let Request::LogIn { password, .. } = request else {
        return false;
    };
    let mut owners = index
        .setting(password)
        .map(|(_, setter)| index.user(setter));
    owners.any(|owner| owner.is_none_or(|owner| owner == user))
}

fn is_used_since(index: &Index<'_>, session: &str, since: Moment) -> bool {
    index.of_session(session).any(|(_, event)| {
        event.answered >= since && event.answer != Answer::Refused(Refusal::TokenInvalid)
    })
}
