use std::io;
use std::time::Duration;

use super::BoxFuture;
use crate::Timestamp;
use crate::mail::OutgoingMail;
use crate::token::Token;

/// A message was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// What the mail server said to it, on one line, or where the message is.
    pub words: String,
}

/// A message could not be handed over.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Trying again may help; the words are the server's where it said any.
    #[error("{0}")]
    Transient(String),
    /// Trying again does not help.
    #[error("{0}")]
    Permanent(String),
}

/// Hands messages over to whoever delivers them.
pub trait Mailer: Send + Sync {
    /// Writes the message's text and hands it over; `token` is that of its link, where it carries one. MUST answer `Ok` only once it was accepted. The `Message-ID`
    /// MUST be the same each time the same message is sent. No words it answers may hold the message's token.
    fn send(
        &self,
        mail: OutgoingMail,
        token: Option<Token>,
    ) -> BoxFuture<'_, Result<Accepted, SendError>>;

    /// Deletes what it keeps of messages that it took at `until` or before, and answers how many files that were. MUST delete
    /// nothing else, whoever else writes there, and no message that it has taken again since.
    fn discard(&self, until: Timestamp) -> BoxFuture<'_, io::Result<usize>>;

    /// The longest that [`send`](Self::send) takes. It MUST answer by then; a message is leased for longer.
    fn patience(&self) -> Duration;
}
