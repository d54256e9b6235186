use super::BoxFuture;
use crate::mail::ReadyMail;

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
    /// Writes the message's text and hands it over. MUST answer `Ok` only once it was accepted. The `Message-ID`
    /// MUST be the same each time the same message is sent. MUST answer within 150 seconds, before the message's
    /// lease ends.
    fn send(&self, mail: ReadyMail) -> BoxFuture<'_, Result<(), SendError>>;
}
