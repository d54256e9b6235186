//! Which events have to do with each other, because they name the same user, name or address.

use std::collections::BTreeMap;

use crate::history::{Answer, Event, History, Request};
use crate::index::Index;

/// The numbers of the events, a group for each set of accounts that have never met another.
pub(super) fn of(history: &History, index: &Index<'_>) -> Vec<Vec<usize>> {
    let mut groups = Groups::default();
    for (number, event) in history.events.iter().enumerate() {
        for key in keys(index, event) {
            groups.join(number, key);
        }
    }
    groups.into_groups()
}

/// What an event has to do with. Nothing if it says nothing about accounts.
fn keys(index: &Index<'_>, event: &Event) -> Vec<String> {
    let name = |name: &str| format!("name {name}");
    let address = |email: &str| format!("address {email}");
    let user = |user: &str| format!("user {user}");
    let mut keys = match &event.request {
        Request::Register {
            name: wanted,
            email,
            ..
        } => {
            let email = email.as_deref().map(address);
            [Some(name(wanted)), email].into_iter().flatten().collect()
        }
        Request::RequestAccount {
            name: wanted,
            email,
            ..
        } => vec![name(wanted), address(email)],
        Request::Follow(link) | Request::Reset { link, .. } => {
            vec![user(&link.user), address(&link.mailed_to)]
        }
        // A login whose outcome nobody knows changes nothing.
        Request::LogIn { .. } if event.answer == Answer::Unknown => return Vec::new(),
        Request::LogIn { name: given, .. } => vec![name(given)],
        Request::Rename { name: wanted } => vec![name(wanted)],
        Request::ChangePassword { .. } | Request::Delete => Vec::new(),
        Request::Check
        | Request::Renew
        | Request::ChangeEmail { .. }
        | Request::LogOut
        | Request::LogOutEverywhere
        | Request::Recover { .. } => return Vec::new(),
    };
    keys.extend(index.user(event).map(user));
    keys
}

/// Events, joined by what they have to do with.
#[derive(Default)]
struct Groups {
    by_key: BTreeMap<String, usize>,
    parents: BTreeMap<usize, usize>,
}

impl Groups {
    fn join(&mut self, number: usize, key: String) {
        self.parents.entry(number).or_insert(number);
        let other = *self.by_key.entry(key).or_insert(number);
        let (one, other) = (self.first_of(number), self.first_of(other));
        self.parents.insert(one.max(other), one.min(other));
    }

    fn first_of(&self, number: usize) -> usize {
        match self.parents.get(&number) {
            Some(parent) if *parent != number => self.first_of(*parent),
            _ => number,
        }
    }

    fn into_groups(self) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for number in self.parents.keys() {
            groups
                .entry(self.first_of(*number))
                .or_default()
                .push(*number);
        }
        groups.into_values().collect()
    }
}
