//! Mailed links: each works until it is used, replaced or expired, and no longer.
//!
//! That a link works once is checked with the accounts that it changes.

use std::collections::BTreeMap;

use crate::history::{
    Answer, Bounds, Effect, Event, History, Link, LinkTimes, Purpose, Refusal, Request,
};
use crate::index::Index;
use crate::{Rule, Violation};

pub(crate) fn check(history: &History, index: &Index<'_>) -> Vec<Violation> {
    let ends = Ends::of(history, index);
    let events = history.events.iter().enumerate();
    events
        .filter_map(|(number, event)| {
            let (link, times) = followed(event)?;
            let followed = Followed {
                number,
                event,
                link,
                times,
            };
            match event.answer {
                Answer::Refused(Refusal::LinkUnknown) => ends.wrongly_refused(&followed),
                Answer::Done | Answer::Reset { .. } => ends.wrongly_accepted(&followed),
                _ => None,
            }
        })
        .collect()
}

/// A link that a request follows as it is meant to be, and of which is known when it was made.
fn followed(event: &Event) -> Option<(&Link, LinkTimes)> {
    let link = match &event.request {
        Request::Follow(link) if link.purpose != Purpose::ResetPassword => link,
        Request::Reset { link, .. } if link.purpose == Purpose::ResetPassword => link,
        _ => return None,
    };
    Some((link, link.times?))
}

struct Followed<'a> {
    number: usize,
    event: &'a Event,
    link: &'a Link,
    times: LinkTimes,
}

/// The requests that may take links away.
struct Ends<'a> {
    bounds: &'a Bounds,
    index: &'a Index<'a>,
    /// Those that may give an address to somebody.
    by_address: BTreeMap<&'a str, Vec<&'a Event>>,
}

impl<'a> Ends<'a> {
    fn of(history: &'a History, index: &'a Index<'a>) -> Self {
        let mut by_address: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
        for event in &history.events {
            if let Some(address) = given_address(&event.request)
                && event.answer.effect() != Effect::Nothing
            {
                by_address.entry(address).or_default().push(event);
            }
        }
        Self {
            bounds: &history.bounds,
            index,
            by_address,
        }
    }

    fn wrongly_accepted(&self, followed: &Followed<'_>) -> Option<Violation> {
        let (number, asked) = (followed.number, followed.event.asked);
        let violation = |what, events| Violation {
            rule: Rule::LinksWorkUntilTheyEnd,
            what,
            events,
        };
        if asked >= followed.times.expires_at.plus(self.bounds.clock_skew) {
            let what = format!("event {number} follows a link that had expired");
            return Some(violation(what, vec![number]));
        }
        let mut changes = self.index.changes_of(&followed.link.user);
        let (by, _) = changes.find(|(_, end)| {
            takes_away(&end.request, followed.link)
                && end.answer.effect() == Effect::Done
                && end.asked > followed.times.mailed_at
                && end.answered < asked
        })?;
        let what = format!("event {number} follows a link that event {by} had taken away");
        Some(violation(what, vec![by, number]))
    }

    fn wrongly_refused(&self, followed: &Followed<'_>) -> Option<Violation> {
        let Followed {
            number,
            event,
            link,
            times,
        } = *followed;
        let has_ended = event.answered.plus(self.bounds.clock_skew) >= times.expires_at
            || self.may_have_been_taken_away(followed)
            || (link.purpose == Purpose::ChangeEmail && self.may_be_anothers(followed));
        (!has_ended).then(|| Violation {
            rule: Rule::LinksWorkUntilTheyEnd,
            what: format!("event {number} is refused, although its link still works"),
            events: vec![number],
        })
    }

    fn may_have_been_taken_away(&self, followed: &Followed<'_>) -> bool {
        let changes = self.index.possible_changes_of(&followed.link.user);
        let mut ends = changes.filter(|(other, end)| {
            *other != followed.number
                && self.may_have_happened_before(followed, end)
                && (is_same(&end.request, followed.link) || takes_away(&end.request, followed.link))
        });
        // One change of the address made the link.
        let is_its_own = |(_, end): &(usize, &Event)| match &end.request {
            Request::ChangeEmail { email } => *email == followed.link.mailed_to,
            _ => false,
        };
        match ends.next() {
            None => false,
            Some(first) => !is_its_own(&first) || ends.next().is_some(),
        }
    }

    /// Whether another account may have the address.
    fn may_be_anothers(&self, followed: &Followed<'_>) -> bool {
        let address = followed.link.mailed_to.as_str();
        let given = self.by_address.get(address).into_iter().flatten();
        given
            .filter(|event| self.may_have_happened_before(followed, event))
            .any(|event| match &event.request {
                Request::Follow(link) => link.user != followed.link.user,
                _ => true,
            })
    }

    /// Whether the request may have had its effect after the link was made and before it was refused.
    fn may_have_happened_before(&self, followed: &Followed<'_>, end: &Event) -> bool {
        let may_end_after = match end.answer.effect() {
            Effect::Done => end.answered.plus(self.bounds.clock_skew) >= followed.times.created_at,
            Effect::Nothing | Effect::Unknown => true,
        };
        may_end_after && end.asked <= followed.event.answered
    }
}

/// Whether the request, which is about the link's user, takes the link away if it has its effect, as one that was replaced or
/// must not outlive it.
fn takes_away(request: &Request, taken: &Link) -> bool {
    match request {
        Request::Follow(link) => link.purpose == Purpose::ChangeEmail && link.id != taken.id,
        Request::Reset { link, .. } => link.id != taken.id,
        Request::ChangePassword { .. } | Request::ChangeEmail { .. } => {
            taken.purpose == Purpose::ChangeEmail
        }
        Request::Delete => true,
        _ => false,
    }
}

/// Whether the request follows this link.
fn is_same(request: &Request, followed: &Link) -> bool {
    match request {
        Request::Follow(link) | Request::Reset { link, .. } => link.id == followed.id,
        _ => false,
    }
}

/// The address that the request may give to an account.
fn given_address(request: &Request) -> Option<&str> {
    match request {
        Request::Register { email, .. } => email.as_deref(),
        Request::RequestAccount { email, .. } => Some(email),
        Request::Follow(link) if link.purpose == Purpose::ChangeEmail => Some(&link.mailed_to),
        _ => None,
    }
}
