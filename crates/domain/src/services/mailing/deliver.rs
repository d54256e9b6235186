//! Sending what the outbox holds. Called by workers, again and again.

use std::time::Duration;

use super::Mailing;
use crate::Timestamp;
use crate::mail::{LeasedMail, MailId, MailLease, UnreadableMail};
use crate::ports::{SendError, StoreError, StoreExt};

/// How much longer a lease lasts than the mailer takes at the most: for what comes before and after it.
const LEASE_MARGIN: Duration = Duration::from_secs(10);
/// The longest first wait after a failure; doubled each time. What is left of 2 s is for the worker to come round.
const FIRST_RETRY: Duration = Duration::from_secs(1);
/// The longest wait after a failure. With it, attempts are 30 s apart at the most.
const LAST_RETRY: Duration = Duration::from_secs(28);

/// Why a message is a dead letter.
const LATE: &str = "it could not be sent in time";
const LEASE_EXPIRED: &str = "the time to send it in ran out before it was begun";
const KEY_GONE: &str = "the secret key its link was made with is gone";

/// What came of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It was sent, or had nothing to say any more.
    Done(MailId),
    /// It is to be tried again then; the reason is the mail server's, without the token.
    Rescheduled(MailId, Timestamp, String),
    /// It is kept as a dead letter, for this reason.
    DeadLettered(MailId, String),
}

impl Mailing {
    /// Leases the message that is due for longest, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn lease_mail(
        &self,
    ) -> Result<Option<Result<LeasedMail, UnreadableMail>>, StoreError> {
        let now = self.clock.now();
        let until = now.plus(self.mailer.timeout() + LEASE_MARGIN);
        let store = &self.store;
        store
            .transact::<_, StoreError>(move |tx| Ok(tx.outbox().lease(now, until)?))
            .await
    }

    /// Sends a leased message; what came of it is to be [settled](Self::settle_mail) then. A lease that may end before
    /// the mailer does is not used.
    pub async fn send_mail(&self, leased: Result<LeasedMail, UnreadableMail>) -> Delivery {
        let leased = match leased {
            Ok(leased) => leased,
            Err(unreadable) => {
                return Delivery::DeadLettered(unreadable.lease.id, unreadable.to_string());
            }
        };
        let now = self.clock.now();
        if now.plus(self.mailer.timeout()) > leased.lease.until {
            return Delivery::Rescheduled(leased.mail.id, now, LEASE_EXPIRED.to_owned());
        }
        self.send(leased, now).await
    }

    /// Writes what came of a message. To be tried again where it fails, while [the lease is held](Self::holds): once it ends, a message
    /// that was sent is sent again, with the same id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn settle_mail(
        &self,
        lease: MailLease,
        delivery: &Delivery,
    ) -> Result<(), StoreError> {
        let (delivery, now) = (delivery.clone(), self.clock.now());
        let store = &self.store;
        store
            .transact::<_, StoreError>(move |tx| {
                match &delivery {
                    Delivery::Done(_) => tx.outbox().delete(lease)?,
                    Delivery::Rescheduled(_, due_at, reason) => {
                        tx.outbox().reschedule(lease, *due_at, reason)?;
                    }
                    Delivery::DeadLettered(_, reason) => {
                        tx.outbox().dead_letter(lease, now, reason)?
                    }
                }
                Ok(())
            })
            .await
    }

    /// Whether nobody else can have leased the message meanwhile.
    #[must_use]
    pub fn holds(&self, lease: MailLease) -> bool {
        self.clock.now() < lease.until
    }

    async fn send(&self, leased: LeasedMail, now: Timestamp) -> Delivery {
        let LeasedMail {
            mail,
            link,
            attempts,
            last_failure,
            ..
        } = leased;
        let (id, end) = (mail.id, mail.expires_at);
        if end <= now {
            return Delivery::DeadLettered(id, late(last_failure));
        }
        let token = match (mail.kind.link(), link) {
            (None, _) => None,
            // It was followed or replaced.
            (Some(_), None) => return Delivery::Done(id),
            (Some(_), Some(link)) => {
                let token = self.keys.recover_link_token(link.id, &link.hash);
                if token.is_none() {
                    return Delivery::DeadLettered(id, KEY_GONE.to_owned());
                }
                token
            }
        };
        match self.mailer.send(mail, token).await {
            Ok(_) => Delivery::Done(id),
            Err(SendError::Permanent(reason)) => Delivery::DeadLettered(id, reason),
            Err(SendError::Transient(reason)) => {
                let due_at = self.clock.now().plus(self.wait(attempts));
                match due_at < end {
                    true => Delivery::Rescheduled(id, due_at, reason),
                    false => Delivery::DeadLettered(id, late(Some(reason))),
                }
            }
        }
    }

    /// How long to wait after so many failures before this one: between half and all of what doubles each time, so that
    /// what failed together is not tried together again.
    fn wait(&self, attempts: u32) -> Duration {
        let longest = FIRST_RETRY
            .saturating_mul(2_u32.saturating_pow(attempts))
            .min(LAST_RETRY);
        let share = self.entropy.u64() as u16;
        longest / 2 + longest / 2 * u32::from(share) / (1 << 16)
    }
}

fn late(last_failure: Option<String>) -> String {
    match last_failure {
        Some(failure) => format!("{LATE}: {failure}"),
        None => LATE.to_owned(),
    }
}
