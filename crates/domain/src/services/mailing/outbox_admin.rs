//! The use cases of an operator for the outbox, with or without a running server.

use std::sync::Arc;

use crate::mail::{MailId, MailState, NOTICE_LIFETIME, QueuedMail};
use crate::ports::{Abort, Clock, Store, StoreError, StoreExt};

/// The use cases of an operator who manages the outbox.
pub struct OutboxAdmin {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

/// Why a message was not found or changed.
#[derive(Debug, thiserror::Error)]
pub enum OutboxAdminError {
    /// No message has this id.
    #[error("there is no such message in the outbox; it may have been sent")]
    MailUnknown,
    /// The message is not a dead letter.
    #[error("the message is not a dead letter: it is being sent, or the server will try again")]
    NotDead,
    /// The message carries a link that was used, replaced or deleted.
    #[error("the link in the message was used or replaced, so the message is useless")]
    LinkGone,
    /// The message carries a link that has expired.
    #[error(
        "the link in the message has expired, so the message is useless; the recipient can ask for a new link"
    )]
    LinkExpired,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OutboxAdmin {
    /// Manages the outbox in this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// The messages, dead letters included, oldest first; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn list(&self, limit: u32) -> Result<Vec<QueuedMail>, StoreError> {
        self.store
            .read(move |reader| reader.outbox().list(limit))
            .await
    }

    /// The message with this id.
    ///
    /// # Errors
    /// [`OutboxAdminError::MailUnknown`] if there is none; [`OutboxAdminError::Store`] if the database fails.
    pub async fn show(&self, id: MailId) -> Result<QueuedMail, OutboxAdminError> {
        let found = self
            .store
            .read(move |reader| reader.outbox().find(id))
            .await?;
        found.ok_or(OutboxAdminError::MailUnknown)
    }

    /// Requeues a dead letter, with as many attempts as a new message has.
    ///
    /// # Errors
    /// [`OutboxAdminError`] says why it is not requeued; nothing is changed then.
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

    /// Deletes a message. If a worker is sending it, it may still arrive.
    ///
    /// # Errors
    /// [`OutboxAdminError::MailUnknown`] if there is none; [`OutboxAdminError::Store`] if the database fails.
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
