//! Sending what the outbox holds. Called by a worker, again and again.

use std::time::Duration;

use super::Services;
use crate::Timestamp;
use crate::mail::{LeasedMail, MailId, ReadyMail};
use crate::ports::{SendError, StoreError, StoreExt};

/// How long a message is this process's alone; longer than any mailer takes to give up.
const LEASE: Duration = Duration::from_secs(180);
/// The first wait after a failure; doubled each time.
const FIRST_RETRY: Duration = Duration::from_secs(1);
/// The longest wait after a failure.
const LAST_RETRY: Duration = Duration::from_secs(30);

/// Why a message is a dead letter.
const LATE: &str = "its link expired before it could be sent";
const KEY_GONE: &str = "the secret key its link was made with is gone";

/// What came of a message that was due; there may be more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// None is due.
    NoneDue,
    /// It was sent, or had nothing to say any more.
    Done(MailId),
    /// It is to be tried again; the reason is the mail server's, without the token.
    Postponed(MailId, String),
    /// It is kept as a dead letter, for this reason.
    Buried(MailId, String),
}

impl Services {
    /// Leases one due message, sends it, and writes what came of it.
    ///
    /// # Errors
    /// [`StoreError`]; a message sent but not written off is sent again once its lease ends, with the same id.
    pub async fn deliver_next_mail(&self) -> Result<Delivery, StoreError> {
        let now = self.ports.clock.now();
        let leased = self
            .ports
            .store
            .transact::<_, StoreError>(move |tx| Ok(tx.outbox().lease(now, now.plus(LEASE), 1)?))
            .await?;
        let Some(leased) = leased.into_iter().next() else {
            return Ok(Delivery::NoneDue);
        };
        let attempts = leased.attempts;
        let delivery = self.send(leased, now).await;
        let now = self.ports.clock.now();
        let settled = delivery.clone();
        self.ports
            .store
            .transact::<_, StoreError>(move |tx| {
                match &settled {
                    Delivery::NoneDue => {}
                    Delivery::Done(id) => tx.outbox().delete(*id)?,
                    Delivery::Postponed(id, reason) => {
                        tx.outbox().postpone(*id, retry_at(now, attempts), reason)?;
                    }
                    Delivery::Buried(id, reason) => tx.outbox().bury(*id, now, reason)?,
                }
                Ok(())
            })
            .await?;
        Ok(delivery)
    }

    async fn send(&self, leased: LeasedMail, now: Timestamp) -> Delivery {
        let LeasedMail { mail, link, .. } = leased;
        let id = mail.id;
        if mail.useless_from <= now {
            return Delivery::Buried(id, LATE.to_owned());
        }
        let Some(link) = link else {
            return Delivery::Done(id);
        };
        let Some(token) = self.settings.keys.recover_link_token(link.id, &link.hash) else {
            return Delivery::Buried(id, KEY_GONE.to_owned());
        };
        let sent = self.ports.mailer.send(ReadyMail { mail, token }).await;
        match sent {
            Ok(()) => Delivery::Done(id),
            Err(SendError::Transient(reason)) => Delivery::Postponed(id, reason),
            Err(SendError::Permanent(reason)) => Delivery::Buried(id, reason),
        }
    }
}

fn retry_at(now: Timestamp, attempts: u32) -> Timestamp {
    let wait = FIRST_RETRY.saturating_mul(2_u32.saturating_pow(attempts));
    now.plus(wait.min(LAST_RETRY))
}
