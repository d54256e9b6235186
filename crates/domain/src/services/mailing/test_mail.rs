//! Sending a message to see whether messages arrive, past the outbox.

use std::sync::Arc;

use crate::mail::{Language, MailId, MailKind, OutgoingMail};
use crate::ports::{Accepted, Clock, Entropy, Mailer, SendError};
use crate::user::EmailAddress;

/// A way to send test messages. It needs no store.
pub struct TestMail {
    /// Sends them.
    pub mailer: Arc<dyn Mailer>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub entropy: Arc<dyn Entropy>,
}

impl TestMail {
    /// Sends one.
    ///
    /// # Errors
    /// [`SendError`], with what the mail server said.
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
