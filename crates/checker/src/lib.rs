//! Checks what clients were answered against what a correct server may answer.
//!
//! A run, simulated or real, writes down a [`History`]: what each client asked, when, and what it was answered.
//! [`check`] finds the [`Violation`]s in it.
//!
//! | module | holds |
//! |---|---|
//! | [`history`] | what is written down |
//! | `accounts` | names, addresses and passwords are linearizable |
//! | `sessions` | revoked sessions end in time, live ones are never refused, next tokens agree, expiries never move back |
//! | `links` | mailed links work until they end |
//! | `mail` | every message is sent or a dead letter, and once |
//! | `invalidations` | their numbers have no gaps, and the newest is there |
//! | [`drawing`] | a history as a page for people |

#![allow(
    clippy::indexing_slicing,
    reason = "a checker that meets the unexpected stops where it stands"
)]

mod accounts;
pub mod drawing;
pub mod history;
mod index;
mod invalidations;
mod links;
mod mail;
mod sessions;

use std::fmt;

pub use drawing::draw;
use history::Answer;
pub use history::History;
use index::Index;
use serde::Serialize;

/// An answer that no correct server gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The rule that it breaks.
    pub rule: Rule,
    /// What happened, with the numbers of the events.
    pub what: String,
    /// The numbers of the events that it is about, in the order in which they are best read.
    pub events: Vec<usize>,
}

/// What a server promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Rule {
    /// Names, addresses and passwords change as if requests came one after the other: no acknowledged write is lost, and a
    /// name has one owner.
    AccountsAreLinearizable,
    /// No token is accepted later than the bound after the answer that revoked its session, or that refused the token.
    RevokedSessionsEnd,
    /// A token of a live session is not refused.
    LiveSessionsAreAccepted,
    /// All who renew the same token get the same next one.
    NextTokensAgree,
    /// A token tells the user that its session was issued to.
    TokensNameTheirUser,
    /// The expiry of a sliding token does not move back.
    ExpiriesMoveForward,
    /// A mailed link works until it is used, replaced or expired, and no longer.
    LinksWorkUntilTheyEnd,
    /// A message is sent, or is a dead letter, once.
    MailIsSentOnce,
    /// The numbers of invalidations have no gaps, and the newest is there.
    InvalidationsHaveNoGaps,
    /// No answer tells of a defect.
    NothingFails,
    /// Once nothing is broken any more, every request is answered.
    NodesRecover,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.rule, self.what)?;
        match self.events.is_empty() {
            true => Ok(()),
            false => write!(f, ", events {:?}", self.events),
        }
    }
}

/// What in a history no correct server does.
#[must_use]
pub fn check(history: &History) -> Vec<Violation> {
    let mut violations = defects(history);
    violations.extend(unanswered(history));
    let index = Index::of(history);
    violations.extend(accounts::check(history, &index));
    violations.extend(sessions::check(history, &index));
    violations.extend(links::check(history, &index));
    violations.extend(mail::check(history, &index));
    violations.extend(invalidations::check(history));
    violations
}

fn defects(history: &History) -> Vec<Violation> {
    let violation = |(events, what)| Violation {
        rule: Rule::NothingFails,
        what,
        events,
    };
    let answers = history.events.iter().enumerate();
    answers
        .filter_map(|(number, event)| match &event.answer {
            Answer::Failed(reason) => {
                Some((vec![number], format!("event {number} failed: {reason}")))
            }
            _ => None,
        })
        .chain(history.defects.iter().map(|what| (vec![], what.clone())))
        .map(violation)
        .collect()
}

/// Requests whose outcome nobody knows, although nothing was broken any more.
fn unanswered(history: &History) -> Vec<Violation> {
    let Some(mended) = history.mended else {
        return Vec::new();
    };
    let events = history.events.iter().enumerate();
    events
        .filter(|(_, event)| event.asked >= mended && event.answer == Answer::Unknown)
        .map(|(number, _)| Violation {
            rule: Rule::NodesRecover,
            what: format!("event {number} has no answer, although nothing is broken any more"),
            events: vec![number],
        })
        .collect()
}
