//! Whose sessions are whose.

use std::collections::BTreeMap;

use crate::history::{Answer, Event, History, Moment, Policy, Request};

/// The sessions that clients were told of.
pub(crate) struct Owners(BTreeMap<String, Opened>);

/// How a session began.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) user: String,
    /// The password that was given.
    pub(crate) password: Option<String>,
    pub(crate) policy: Policy,
    pub(crate) answered: Moment,
}

impl Owners {
    pub(crate) fn of(history: &History) -> Self {
        let opened = history.events.iter().filter_map(|event| {
            let Answer::Issued { user, token, .. } = &event.answer else {
                return None;
            };
            let (password, policy) = match &event.request {
                Request::Register {
                    password, policy, ..
                }
                | Request::LogIn {
                    password, policy, ..
                } => (Some(password.clone()), *policy),
                _ => (None, Policy::Sliding),
            };
            let opened = Opened {
                user: user.clone(),
                password,
                policy,
                answered: event.answered,
            };
            Some((token.session.clone(), opened))
        });
        Self(opened.collect())
    }

    /// How the session began.
    pub(crate) fn session(&self, session: &str) -> Option<&Opened> {
        self.0.get(session)
    }

    /// The user that a request is about, if it is known.
    pub(crate) fn owner(&self, event: &Event) -> Option<String> {
        match &event.answer {
            Answer::Issued { user, .. } | Answer::Reset { user } => Some(user.clone()),
            _ => {
                let session = &event.token.as_ref()?.session;
                self.session(session).map(|opened| opened.user.clone())
            }
        }
    }
}
