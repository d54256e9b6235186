//! The messages of a run.

use serde::{Deserialize, Serialize};

use super::Moment;

/// A message that the mail server has taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedMail {
    /// The id of the message.
    pub id: String,
    /// The address it went to, normalized.
    pub to: String,
    /// When it was taken.
    pub at: Moment,
    /// When the node that handed it over had stored so, while it held the lease; `None` if it could not, and the message may
    /// be sent again.
    pub settled: Option<Moment>,
}

/// A message that the mail server has refused for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedMail {
    /// The id of the message.
    pub id: String,
    /// The user that it belongs to, whose end takes it away; `None` if it belongs to none.
    pub user: Option<String>,
    /// When it was refused.
    pub at: Moment,
    /// When the node that handed it over had stored so, while it held the lease; `None` if it could not.
    pub settled: Option<Moment>,
}

/// A message that is still in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedMail {
    /// The id of the message.
    pub id: String,
    /// The address it is to go to, normalized.
    pub to: String,
    /// When it was written, by the clock of a node, if that is known.
    #[serde(default)]
    pub created_at: Option<Moment>,
    /// Whether it is still to be sent.
    pub state: MailState,
}

/// Whether a message in the outbox is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    /// It is to be sent.
    Queued,
    /// It was given up.
    DeadLetter,
}
