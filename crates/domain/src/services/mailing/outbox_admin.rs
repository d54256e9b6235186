//! What an operator may do with messages on their way out, beside a running server.

use std::sync::Arc;

use crate::mail::{MailId, MailState, NOTICE_LIFETIME, QueuedMail};
use crate::ports::{Abort, Clock, Store, StoreError, StoreExt};

/// The outbox, for its operator.
pub struct OutboxAdmin {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

/// Why nothing was done with a message.
#[derive(Debug, thiserror::Error)]
pub enum OutboxAdminError {
    /// There is none with this id.
    #[error("there is no such message; it may have been sent meanwhile")]
    MailUnknown,
    /// It is not a dead letter.
    #[error("it is not a dead letter: it is being sent, or will be tried again by itself")]
    NotDead,
    /// It carries a link that was used, replaced or taken back.
    #[error("its link was used or replaced, so it has nothing to say any more")]
    LinkGone,
    /// It carries a link that works no longer.
    #[error(
        "its link has expired, so there is no use in sending it; its recipient can ask for a new one"
    )]
    LinkExpired,
    /// The store could not do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OutboxAdmin {
    /// The outbox in this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Every message, dead letters among them, the oldest first; `limit` of them at the most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(&self, limit: u32) -> Result<Vec<QueuedMail>, StoreError> {
        self.store.read(move |tx| tx.outbox().list(limit)).await
    }

    /// The message with this id.
    ///
    /// # Errors
    /// [`OutboxAdminError`].
    pub async fn show(&self, id: MailId) -> Result<QueuedMail, OutboxAdminError> {
        let found = self.store.read(move |tx| tx.outbox().find(id)).await?;
        found.ok_or(OutboxAdminError::MailUnknown)
    }

    /// Has a dead letter sent after all, with as many attempts as a new message gets.
    ///
    /// # Errors
    /// [`OutboxAdminError`]; nothing was changed then.
    pub async fn retry(&self, id: MailId) -> Result<(), OutboxAdminError> {
        let now = self.clock.now();
        self.store
            .transact(move |tx| {
                let found = tx.outbox().find(id)?;
                let found = found.ok_or(Abort::Refused(OutboxAdminError::MailUnknown))?;
                let MailState::Dead(_) = found.state else {
                    return Err(Abort::Refused(OutboxAdminError::NotDead));
                };
                let expires_at = match found.mail.kind.link() {
                    Some(_) if found.mail.expires_at <= now => {
                        return Err(Abort::Refused(OutboxAdminError::LinkExpired));
                    }
                    Some(link) if !tx.links().contains(link)? => {
                        return Err(Abort::Refused(OutboxAdminError::LinkGone));
                    }
                    Some(_) => found.mail.expires_at,
                    None => now.plus(NOTICE_LIFETIME),
                };
                match tx.outbox().requeue(id, now, expires_at)? {
                    true => Ok(()),
                    false => Err(Abort::Refused(OutboxAdminError::NotDead)),
                }
            })
            .await
    }

    /// Deletes a message; one that is being sent right now may still arrive.
    ///
    /// # Errors
    /// [`OutboxAdminError`]; nothing was changed then.
    pub async fn discard(&self, id: MailId) -> Result<(), OutboxAdminError> {
        let unknown = || Abort::Refused(OutboxAdminError::MailUnknown);
        self.store
            .transact(move |tx| match tx.outbox().discard(id)? {
                true => Ok(()),
                false => Err(unknown()),
            })
            .await
    }
}
