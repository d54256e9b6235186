//! What clients asked, when, and what they were answered.

mod answer;
mod mail;
mod request;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use answer::{Answer, Effect, NextToken, Refusal};
pub use mail::{AcceptedMail, MailState, QueuedMail, RefusedMail};
pub use request::{Link, LinkTimes, Policy, Purpose, Request};

/// Microseconds since the run began, by a clock that nobody sets.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Moment(pub i64);

impl Moment {
    /// The moment so long after this one.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(micros(span)))
    }

    /// The moment so long before this one.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(micros(span)))
    }
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// Everything that was written down of a run. What a kept history does not say, because it is older, is as by default.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct History {
    /// What the servers were configured to, and what the run did to them.
    pub bounds: Bounds,
    /// Since when nothing is broken, and everything has had time to recover.
    pub mended: Option<Moment>,
    /// The requests, in any order.
    pub events: Vec<Event>,
    /// The messages, each as often as it was accepted, in order.
    pub mail: Vec<AcceptedMail>,
    /// The messages that were refused for good, each as often as it was, in order.
    pub refused_mail: Vec<RefusedMail>,
    /// What the outbox held at the end.
    pub outbox: Vec<QueuedMail>,
    /// What went wrong beside the requests, in the servers' words.
    pub defects: Vec<String>,
    /// The numbers of all invalidations, in order.
    pub invalidations: Vec<u64>,
    /// The number that the database's counter of invalidations is at, if it was read.
    pub invalidations_counted: Option<u64>,
    /// When nodes stopped writing uses, if that is known: without an entry, any node may have lost the last ones.
    pub endings: Vec<Ending>,
    /// What was broken, for whoever looks at the history: no rule depends on it.
    pub faults: Vec<Broken>,
}

/// A node stopped, or stood still for so long that what it had not written came too late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// The node; `None` for all.
    pub node: Option<u32>,
    /// When.
    pub at: Moment,
    /// What became of the uses that it had not written.
    pub uses: UnwrittenUses,
}

/// What became of the uses that a node had not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnwrittenUses {
    /// They may be lost.
    Lost,
    /// They were written.
    Written,
}

/// Something that was broken for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// What, in a few words.
    pub what: String,
    /// The node, if it was one.
    pub node: Option<u32>,
    /// From when on.
    pub from: Moment,
    /// Until when.
    pub to: Moment,
}

/// What the servers were configured to, and what the run did to them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Bounds {
    /// The longest time between the answer that revokes a session and the last request that its token is accepted for.
    pub revoked_within: Duration,
    /// How far the clocks of any node and of the run differ.
    pub clock_skew: Duration,
    /// How much of an extension a crash may undo, because a use is written in the background.
    pub unwritten_use: Duration,
    /// How long a token lives after its successor was first used.
    pub grace: Duration,
    /// The most sessions of a user; a log-in revokes the least used ones beyond. `None` if no user has so many.
    pub per_user: Option<u32>,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            revoked_within: Duration::from_secs(3),
            clock_skew: Duration::ZERO,
            unwritten_use: Duration::from_mins(1),
            grace: Duration::from_mins(1),
            per_user: None,
        }
    }
}

/// One request of one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The client. It asks one thing after another.
    pub client: u32,
    /// The node that it asked.
    pub node: u32,
    /// When it asked.
    pub asked: Moment,
    /// When it was answered, or gave up.
    pub answered: Moment,
    /// The token that it presented.
    pub token: Option<Token>,
    /// What it asked.
    pub request: Request,
    /// What it was answered.
    pub answer: Answer,
}

/// A token, named so that no history of real servers holds a token.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Token {
    /// The session it belongs to: any text that is the same for all tokens of a session and for no other.
    pub session: String,
    /// The token itself: any text that is the same for no other token.
    pub id: String,
}
