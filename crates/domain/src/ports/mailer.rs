use std::io;
use std::time::Duration;

use super::BoxFuture;
use crate::Timestamp;
use crate::mail::OutgoingMail;
use crate::token::Token;

/// The mail server has accepted a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The mail server's response, on one line, or the place where the message was written.
    pub response: String,
}

/// The mail server has not accepted a message. The text is the server's response, if it sent one.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Another attempt may succeed.
    #[error("{0}")]
    Transient(String),
    /// Another attempt would fail as well.
    #[error("{0}")]
    Permanent(String),
}

/// Hands messages to a mail server.
pub trait Mailer: Send + Sync {
    /// Writes the text of a message and hands it over. `token` is the token of the message's link, if it carries one.
    ///
    /// An implementation MUST answer `Ok` only after the server has accepted the message. It MUST use the same
    /// `Message-ID` whenever it sends the same message. Neither response nor error may contain the token.
    ///
    /// # Errors
    /// [`SendError`] if the server refuses the message, cannot be reached or exceeds the [`timeout`](Self::timeout).
    fn send(
        &self,
        mail: OutgoingMail,
        token: Option<Token>,
    ) -> BoxFuture<'_, Result<Accepted, SendError>>;

    /// Deletes the messages it has kept since `until` or earlier and answers how many files it deleted. It MUST delete
    /// nothing else, even if others write to the same place, and no message that it was given again after `until`.
    ///
    /// # Errors
    /// [`io::Error`] if a file cannot be listed or deleted; others may be deleted by then.
    fn discard(&self, until: Timestamp) -> BoxFuture<'_, io::Result<usize>>;

    /// The longest time that [`send`](Self::send) takes. It MUST answer by then, because the lease on a message is only
    /// 10 s longer.
    fn timeout(&self) -> Duration;
}
