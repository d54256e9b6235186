//! The events of a history by session, by user and by password, so that long histories are checked as quickly as short
//! ones, event by event.

use std::collections::BTreeMap;

use crate::history::{Answer, Effect, Event, History, Moment, Policy, Request};

/// The events of a history, by what they are about.
pub(crate) struct Index<'a> {
    events: &'a [Event],
    opened: BTreeMap<&'a str, Opened<'a>>,
    by_session: BTreeMap<&'a str, Vec<usize>>,
    revocations_by_user: BTreeMap<&'a str, Vec<usize>>,
    by_set_password: BTreeMap<&'a str, Vec<usize>>,
    changes_by_user: BTreeMap<Option<&'a str>, Vec<usize>>,
}

/// How a session began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opened<'a> {
    /// The event that opened it.
    pub(crate) by: usize,
    pub(crate) user: &'a str,
    /// The password that was given.
    pub(crate) password: Option<&'a str>,
    pub(crate) policy: Policy,
    pub(crate) asked: Moment,
    pub(crate) answered: Moment,
}

impl<'a> Index<'a> {
    pub(crate) fn of(history: &'a History) -> Self {
        let events = &history.events;
        let mut index = Self {
            events,
            opened: events.iter().enumerate().filter_map(opened).collect(),
            by_session: BTreeMap::new(),
            revocations_by_user: BTreeMap::new(),
            by_set_password: BTreeMap::new(),
            changes_by_user: BTreeMap::new(),
        };
        for (number, event) in events.iter().enumerate() {
            for session in sessions(event) {
                index.by_session.entry(session).or_default().push(number);
            }
            if let Some(user) = index.user_whose_sessions_may_end(event) {
                let revocations = index.revocations_by_user.entry(user).or_default();
                revocations.push(number);
            }
            if let Some(user) = index.user_who_may_be_changed(event) {
                let changes = index.changes_by_user.entry(user).or_default();
                changes.push(number);
            }
            if let Some(password) = set_password(event) {
                let setters = index.by_set_password.entry(password).or_default();
                setters.push(number);
            }
        }
        index
    }

    /// How the session began.
    pub(crate) fn opened(&self, session: &str) -> Option<Opened<'a>> {
        self.opened.get(session).copied()
    }

    /// Every session that was opened.
    pub(crate) fn all_opened(&self) -> impl Iterator<Item = (&'a str, Opened<'a>)> {
        self.opened
            .iter()
            .map(|(session, opened)| (*session, *opened))
    }

    /// The user that a request is about, if it is known.
    pub(crate) fn user(&self, event: &'a Event) -> Option<&'a str> {
        match &event.answer {
            Answer::Issued { user, .. } | Answer::Reset { user } => Some(user),
            _ => {
                let session = &event.token.as_ref()?.session;
                self.opened(session).map(|opened| opened.user)
            }
        }
    }

    /// The events that present a token of the session, or tell one.
    pub(crate) fn of_session(&self, session: &str) -> impl Iterator<Item = (usize, &'a Event)> {
        self.events_of(self.by_session.get(session))
    }

    /// The events that may revoke sessions of the user.
    pub(crate) fn revocations_of(&self, user: &str) -> impl Iterator<Item = (usize, &'a Event)> {
        self.events_of(self.revocations_by_user.get(user))
    }

    /// The events that set this password, which nobody else has had.
    pub(crate) fn setting(&self, password: &str) -> impl Iterator<Item = (usize, &'a Event)> {
        self.events_of(self.by_set_password.get(password))
    }

    /// The events that may change the address or the links of the user, or delete the user.
    pub(crate) fn changes_of(&self, user: &str) -> impl Iterator<Item = (usize, &'a Event)> {
        self.events_of(self.changes_by_user.get(&Some(user)))
    }

    /// The same, with those of which the user is not known.
    pub(crate) fn possible_changes_of(
        &self,
        user: &str,
    ) -> impl Iterator<Item = (usize, &'a Event)> {
        self.changes_of(user)
            .chain(self.events_of(self.changes_by_user.get(&None)))
    }

    fn user_who_may_be_changed(&self, event: &'a Event) -> Option<Option<&'a str>> {
        if event.answer.effect() == Effect::Nothing {
            return None;
        }
        match &event.request {
            Request::Follow(link) | Request::Reset { link, .. } => Some(Some(&link.user)),
            Request::ChangePassword { .. } | Request::ChangeEmail { .. } | Request::Delete => {
                Some(self.user(event))
            }
            _ => None,
        }
    }

    fn events_of(
        &self,
        numbers: Option<&Vec<usize>>,
    ) -> impl Iterator<Item = (usize, &'a Event)> + use<'a> {
        let events = self.events;
        let numbers = numbers.cloned().unwrap_or_default();
        numbers
            .into_iter()
            .map(move |number| (number, &events[number]))
    }

    fn user_whose_sessions_may_end(&self, event: &'a Event) -> Option<&'a str> {
        Revoked::by(&event.request)?;
        match &event.request {
            Request::Reset { link, .. } => Some(&link.user),
            _ => self.user(event),
        }
    }
}

/// Which sessions of its user a request revokes, if it has its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Revoked {
    /// The session that asks.
    ThisSession,
    /// All but the session that asks.
    OtherSessions,
    /// All.
    AllSessions,
}

impl Revoked {
    /// What the request revokes; `None` if it revokes nothing.
    pub(crate) fn by(request: &Request) -> Option<Self> {
        match request {
            Request::LogOut => Some(Self::ThisSession),
            Request::ChangePassword { .. } => Some(Self::OtherSessions),
            Request::LogOutEverywhere | Request::Delete | Request::Reset { .. } => {
                Some(Self::AllSessions)
            }
            Request::Register { .. }
            | Request::RequestAccount { .. }
            | Request::Follow(_)
            | Request::LogIn { .. }
            | Request::Check
            | Request::Renew
            | Request::Rename { .. }
            | Request::ChangeEmail { .. }
            | Request::Recover { .. } => None,
        }
    }
}

fn opened((by, event): (usize, &Event)) -> Option<(&str, Opened<'_>)> {
    let Answer::Issued { user, token, .. } = &event.answer else {
        return None;
    };
    let (password, policy) = match &event.request {
        Request::Register {
            password, policy, ..
        }
        | Request::LogIn {
            password, policy, ..
        } => (Some(password.as_str()), *policy),
        _ => (None, Policy::Sliding),
    };
    let opened = Opened {
        by,
        user,
        password,
        policy,
        asked: event.asked,
        answered: event.answered,
    };
    Some((&token.session, opened))
}

/// The sessions of the tokens that are presented or told.
fn sessions(event: &Event) -> impl Iterator<Item = &str> {
    let told = match &event.answer {
        Answer::Issued { token, .. } => Some(token),
        // The session of a next token is that of the token that was presented.
        _ => None,
    };
    event
        .token
        .iter()
        .chain(told)
        .map(|token| token.session.as_str())
}

/// The password that the request sets.
pub(crate) fn set_password(event: &Event) -> Option<&str> {
    match &event.request {
        Request::Register { password, .. }
        | Request::RequestAccount { password, .. }
        | Request::ChangePassword { password }
        | Request::Reset { password, .. } => Some(password),
        _ => None,
    }
}
