//! The accounts as one client after another changes them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::history::{Answer, Effect, Event, Link, Moment, Purpose, Refusal, Request};

/// A request with its answer.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) number: usize,
    pub(super) event: Event,
    /// Whose account it is about, if that is known.
    pub(super) user: Option<String>,
    pub(super) skew: Duration,
}

/// All accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Accounts {
    accounts: BTreeMap<Id, Account>,
    used_links: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Id {
    /// The user's id.
    Known(String),
    /// This event asked for the account. Nobody was told its id yet.
    AskedForBy(usize),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Account {
    name: String,
    email: Option<String>,
    password: String,
    state: State,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum State {
    Active,
    /// It lapses at a moment between these two.
    Waiting {
        from: Moment,
        to: Moment,
    },
}

impl State {
    fn may_have_lapsed(&self, operation: &Operation) -> bool {
        match self {
            Self::Active => false,
            Self::Waiting { from, .. } => operation.latest() >= *from,
        }
    }

    fn may_hold(&self, operation: &Operation) -> bool {
        match self {
            Self::Active => true,
            Self::Waiting { to, .. } => operation.earliest() < *to,
        }
    }
}

impl Operation {
    fn earliest(&self) -> Moment {
        self.event.asked.minus(self.skew)
    }

    fn latest(&self) -> Moment {
        match self.event.answer.effect() {
            Effect::Unknown => Moment(i64::MAX),
            Effect::Done | Effect::Nothing => self.event.answered.plus(self.skew),
        }
    }

    fn user(&self) -> Option<Id> {
        self.user.clone().map(Id::Known)
    }
}

impl Accounts {
    /// The accounts after the request; `None` if it cannot be answered so.
    pub(super) fn after(&self, operation: &Operation) -> Option<Self> {
        match &operation.event.answer {
            Answer::Unknown | Answer::Failed(_) => {
                Some(self.with_done(operation).unwrap_or_else(|| self.clone()))
            }
            Answer::Refused(refusal) => self.may_refuse(operation, *refusal).then(|| self.clone()),
            _ => self.with_done(operation),
        }
    }

    /// The accounts after the request was done; `None` if it cannot be done.
    fn with_done(&self, operation: &Operation) -> Option<Self> {
        match &operation.event.request {
            Request::Register {
                name,
                email,
                password,
                ..
            } => {
                let id = operation.user().unwrap_or(Id::AskedForBy(operation.number));
                let account = Account {
                    name: name.clone(),
                    email: email.clone(),
                    password: password.clone(),
                    state: State::Active,
                };
                self.with(operation, id, account)
            }
            Request::RequestAccount {
                name,
                email,
                password,
                waits,
            } => {
                let account = Account {
                    name: name.clone(),
                    email: Some(email.clone()),
                    password: password.clone(),
                    state: State::Waiting {
                        from: operation.earliest().plus(*waits),
                        to: operation.latest().plus(*waits),
                    },
                };
                self.with(operation, Id::AskedForBy(operation.number), account)
            }
            Request::Follow(link) => self.with_followed(operation, link),
            Request::LogIn { name, password, .. } => {
                let (id, account) = self.named(name)?;
                if account.state != State::Active || account.password != *password {
                    return None;
                }
                match operation.user() {
                    Some(user) => self.known_as(id, user),
                    None => Some(self.clone()),
                }
            }
            Request::Rename { name } => self.changed(operation, operation.user()?, |account| {
                account.name.clone_from(name);
            }),
            Request::ChangePassword { password } => {
                self.changed(operation, operation.user()?, |account| {
                    account.password.clone_from(password);
                })
            }
            Request::Reset { link, password } => {
                if link.purpose != Purpose::ResetPassword {
                    return None;
                }
                let after = self.with_link_used(operation, link)?;
                let user = Id::Known(link.user.clone());
                after.changed(operation, user, |account| {
                    account.password.clone_from(password);
                    account.state = State::Active;
                })
            }
            Request::Delete => {
                let mut after = self.clone();
                after.accounts.remove(&operation.user()?)?;
                Some(after)
            }
            Request::Check
            | Request::Renew
            | Request::ChangeEmail { .. }
            | Request::LogOut
            | Request::LogOutEverywhere
            | Request::Recover { .. } => Some(self.clone()),
        }
    }

    fn may_refuse(&self, operation: &Operation, refusal: Refusal) -> bool {
        let request = &operation.event.request;
        match (request, refusal) {
            (
                Request::Register { name, .. }
                | Request::RequestAccount { name, .. }
                | Request::Rename { name },
                Refusal::NameTaken,
            ) => self.is_held(operation, |account| account.name == *name),
            (Request::Register { email, .. }, Refusal::EmailTaken) => {
                email.is_some() && self.is_held(operation, |account| account.email == *email)
            }
            (
                Request::RequestAccount { email, .. } | Request::ChangeEmail { email },
                Refusal::EmailTaken,
            ) => self.is_held(operation, |account| {
                account.email.as_deref() == Some(email.as_str())
            }),
            (Request::LogIn { name, password, .. }, Refusal::WrongCredentials) => {
                self.named(name).is_none_or(|(_, account)| {
                    account.password != *password || account.state.may_have_lapsed(operation)
                })
            }
            (Request::LogIn { name, password, .. }, Refusal::NotVerified) => {
                self.named(name).is_some_and(|(_, account)| {
                    account.password == *password
                        && account.state != State::Active
                        && account.state.may_hold(operation)
                })
            }
            (Request::LogIn { name, password, .. }, Refusal::LoginRefused) => {
                self.named(name).is_none_or(|(_, account)| {
                    account.password != *password || account.state != State::Active
                })
            }
            // Sessions are checked apart; and a link may have been replaced.
            (_, Refusal::TokenInvalid) => operation.event.token.is_some(),
            (Request::Follow(_) | Request::Reset { .. }, Refusal::LinkUnknown) => true,
            _ => false,
        }
    }

    /// With one account more; `None` if its name or address is taken.
    fn with(&self, operation: &Operation, id: Id, account: Account) -> Option<Self> {
        let mut after = self.without_lapsed(operation, &account);
        if after
            .accounts
            .values()
            .any(|other| other.collides(&account))
        {
            return None;
        }
        match after.accounts.insert(id, account) {
            Some(_) => None,
            None => Some(after),
        }
    }

    /// With a change of an account; `None` if there is no such account or its name or address is taken.
    fn changed(
        &self,
        operation: &Operation,
        id: Id,
        change: impl FnOnce(&mut Account),
    ) -> Option<Self> {
        let mut others = self.clone();
        let mut account = others.accounts.remove(&id)?;
        change(&mut account);
        others.with(operation, id, account)
    }

    fn with_followed(&self, operation: &Operation, link: &Link) -> Option<Self> {
        let after = self.with_link_used(operation, link)?;
        let user = Id::Known(link.user.clone());
        match link.purpose {
            Purpose::VerifyAccount => match after.accounts.get(&user)?.state {
                State::Active => None,
                State::Waiting { .. } => {
                    after.changed(operation, user, |account| account.state = State::Active)
                }
            },
            Purpose::ChangeEmail => after.changed(operation, user, |account| {
                account.email = Some(link.mailed_to.clone());
            }),
            Purpose::ResetPassword => None,
        }
    }

    /// With the link used, and its user known; `None` if the link was used before, or its user has lapsed.
    fn with_link_used(&self, operation: &Operation, link: &Link) -> Option<Self> {
        let user = Id::Known(link.user.clone());
        let mut after = match self.accounts.get(&user) {
            Some(_) => self.clone(),
            // The user's id was not told to whoever asked for the account, but the message to its address tells.
            None => {
                let untold = |(id, account): &(&Id, &Account)| {
                    matches!(id, Id::AskedForBy(_))
                        && account.email.as_ref() == Some(&link.mailed_to)
                };
                let (id, _) = self.accounts.iter().find(untold)?;
                self.known_as(id.clone(), user.clone())?
            }
        };
        let holds = after.accounts.get(&user)?.state.may_hold(operation);
        (holds && after.used_links.insert(link.id.clone())).then_some(after)
    }

    /// With the id of an account known.
    fn known_as(&self, id: Id, user: Id) -> Option<Self> {
        if id == user {
            return Some(self.clone());
        }
        if matches!(id, Id::Known(_)) || self.accounts.contains_key(&user) {
            return None;
        }
        let mut after = self.clone();
        let account = after.accounts.remove(&id)?;
        after.accounts.insert(user, account);
        Some(after)
    }

    fn without_lapsed(&self, operation: &Operation, wanted: &Account) -> Self {
        let mut after = self.clone();
        after
            .accounts
            .retain(|_, other| !(other.collides(wanted) && other.state.may_have_lapsed(operation)));
        after
    }

    /// Whether an account other than the caller's may hold what is asked for.
    fn is_held(&self, operation: &Operation, holds: impl Fn(&Account) -> bool) -> bool {
        let caller = operation.user();
        self.accounts.iter().any(|(id, account)| {
            Some(id) != caller.as_ref() && holds(account) && account.state.may_hold(operation)
        })
    }

    fn named(&self, name: &str) -> Option<(Id, &Account)> {
        self.accounts
            .iter()
            .find(|(_, account)| account.name == name)
            .map(|(id, account)| (id.clone(), account))
    }
}

impl Account {
    /// Whether both have the same name or address.
    fn collides(&self, other: &Self) -> bool {
        self.name == other.name || (self.email.is_some() && self.email == other.email)
    }
}
