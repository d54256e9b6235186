//! Sending what the outbox holds. Called by a worker, again and again.

use std::time::Duration;

use super::Services;
use crate::Timestamp;
use crate::mail::{LeasedMail, ReadyMail};
use crate::ports::{SendError, StoreError, StoreExt};

/// How long a message is this process's alone; longer than any mailer takes to give up.
const LEASE: Duration = Duration::from_secs(180);
/// The first wait after a failure; doubled each time.
const FIRST_RETRY: Duration = Duration::from_secs(1);
/// The longest wait after a failure.
const LAST_RETRY: Duration = Duration::from_secs(30);

/// Whether there was anything to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// A message was due; there may be more.
    Attempted,
    /// None is due.
    NoneDue,
}

/// What becomes of a message after an attempt.
enum Fate {
    /// It was sent, or has nothing to say any more.
    Done,
    /// It is to be tried again.
    Postponed(String),
    /// It is kept as a dead letter.
    Dead(String),
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
        let (id, attempts) = (leased.mail.id, leased.attempts);
        let fate = self.send(leased, now).await;
        let now = self.ports.clock.now();
        self.ports
            .store
            .transact::<_, StoreError>(move |tx| {
                match &fate {
                    Fate::Done => tx.outbox().delete(id)?,
                    Fate::Postponed(reason) => {
                        tx.outbox().postpone(id, retry_at(now, attempts), reason)?;
                    }
                    Fate::Dead(reason) => tx.outbox().bury(id, now, reason)?,
                }
                Ok(())
            })
            .await?;
        Ok(Delivery::Attempted)
    }

    async fn send(&self, leased: LeasedMail, now: Timestamp) -> Fate {
        let LeasedMail { mail, link, .. } = leased;
        if mail.useless_from <= now {
            return Fate::Dead("its link expired before it could be sent".to_owned());
        }
        let Some(link) = link else {
            return Fate::Done;
        };
        let Some(token) = self.settings.keys.recover_link_token(link.id, &link.hash) else {
            return Fate::Dead("the secret key its link was made with is gone".to_owned());
        };
        let sent = self.ports.mailer.send(ReadyMail { mail, token }).await;
        match sent {
            Ok(()) => Fate::Done,
            Err(SendError::Transient(reason)) => Fate::Postponed(reason),
            Err(SendError::Permanent(reason)) => Fate::Dead(reason),
        }
    }
}

fn retry_at(now: Timestamp, attempts: u32) -> Timestamp {
    let wait = FIRST_RETRY.saturating_mul(2_u32.saturating_pow(attempts));
    now.plus(wait.min(LAST_RETRY))
}
