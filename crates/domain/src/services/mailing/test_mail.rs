//! Sending a test message, past the outbox.

use std::sync::Arc;

use crate::mail::{Language, MailId, MailKind, OutgoingMail};
use crate::ports::{Accepted, Clock, Entropy, Mailer, SendError};
use crate::user::EmailAddress;

/// Sends test messages. It needs no store, so an operator can test the mail server while the database is down.
pub struct TestMail {
    /// Sends the messages.
    pub mailer: Arc<dyn Mailer>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes their ids.
    pub entropy: Arc<dyn Entropy>,
}

impl TestMail {
    /// Sends a test message and waits for the mail server's response.
    ///
    /// # Errors
    /// [`SendError`], with the mail server's response if there is one.
    pub async fn send(&self, to: EmailAddress, language: Language) -> Result<Accepted, SendError> {
        let now = self.clock.now();
        let mail = OutgoingMail {
            id: MailId::new(self.entropy.uuid()),
            user_id: None,
            kind: MailKind::Test,
            language,
            to,
            created_at: now,
            expires_at: now,
        };
        self.mailer.send(mail, None).await
    }
}
