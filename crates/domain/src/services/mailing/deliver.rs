//! Sends messages from the outbox. Workers call these use cases in a loop.

use std::sync::Arc;
use std::time::Duration;

use super::Mailing;
use crate::Timestamp;
use crate::mail::{LeasedMail, MailLease, UnreadableMail};
use crate::mutants::Mutant;
use crate::ports::{SendError, StoreError, StoreExt};

/// How much longer a lease lasts than the mailer's timeout: time for the work before and after sending.
const LEASE_MARGIN: Duration = Duration::from_secs(10);
/// The longest wait after the first failure. It doubles with each failure. Together with the poll interval of the
/// worker, the first retry comes within 2 s.
const FIRST_RETRY: Duration = Duration::from_secs(1);
/// The longest wait after any failure. Together with the poll interval, attempts are at most 30 s apart.
const LAST_RETRY: Duration = Duration::from_secs(28);

// The reasons that `azuma mail` shows an operator.
const LATE: &str = "it could not be sent in time";
const LEASE_EXPIRED: &str = "its lease expired before sending began";
const KEY_GONE: &str = "the secret key that its link was derived with is gone";

/// The outcome of sending a leased message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It was sent, or its link was used or replaced, so that it need not be sent.
    Done,
    /// Sending failed and is to be tried again at this time. The reason is the mail server's response, without the
    /// token.
    Rescheduled(Timestamp, String),
    /// It is to become a dead letter, for this reason.
    DeadLettered(String),
}

impl Mailing {
    /// Leases the message that has been due longest, if any is due.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails; nothing is leased then.
    pub async fn lease_mail(
        &self,
    ) -> Result<Option<Result<LeasedMail, UnreadableMail>>, StoreError> {
        let clock = Arc::clone(&self.clock);
        let lasts = self.mailer.timeout() + LEASE_MARGIN;
        self.store
            .transact::<_, StoreError>(move |tx| {
                // The database's clock moves this one, so the time is read here.
                clock.follow(tx.reader().clock()?);
                let now = clock.now();
                Ok(tx.outbox().lease(now, now.plus(lasts))?)
            })
            .await
    }

    /// Sends a leased message. The caller [settles](Self::settle_mail) the result. If the lease may expire before the
    /// mailer has finished, the message is rescheduled instead.
    pub async fn send_mail(&self, leased: Result<LeasedMail, UnreadableMail>) -> Delivery {
        let leased = match leased {
            Ok(leased) => leased,
            Err(unreadable) => return Delivery::DeadLettered(unreadable.to_string()),
        };
        let now = self.clock.now();
        if now.plus(self.mailer.timeout()) > leased.lease.until {
            return Delivery::Rescheduled(now, LEASE_EXPIRED.to_owned());
        }
        self.send(leased, now).await
    }

    /// Stores the outcome of sending a message.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails. The caller tries again while [the lease is held](Self::holds): after it
    /// has expired, a message that was sent is sent again, with the same id.
    pub async fn settle_mail(
        &self,
        lease: MailLease,
        delivery: &Delivery,
    ) -> Result<(), StoreError> {
        let (delivery, now) = (delivery.clone(), self.clock.now());
        self.store
            .transact::<_, StoreError>(move |tx| {
                match &delivery {
                    Delivery::Done if Mutant::SentMailStays.is_on() => {}
                    Delivery::Done => tx.outbox().delete(lease)?,
                    Delivery::Rescheduled(due_at, reason) => {
                        tx.outbox().reschedule(lease, *due_at, reason)?;
                    }
                    Delivery::DeadLettered(reason) => {
                        tx.outbox().dead_letter(lease, now, reason)?;
                    }
                }
                Ok(())
            })
            .await
    }

    /// Whether the lease has not expired, so that no other worker can have leased the message.
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
        let expires_at = mail.expires_at;
        if expires_at <= now {
            return Delivery::DeadLettered(late(last_failure));
        }
        let token = match (mail.kind.link(), link) {
            (None, _) => None,
            // The link was used or replaced.
            (Some(_), None) => return Delivery::Done,
            (Some(_), Some(link)) => {
                let token = self.keys.recover_link_token(link.id, &link.hash);
                if token.is_none() {
                    return Delivery::DeadLettered(KEY_GONE.to_owned());
                }
                token
            }
        };
        match self.mailer.send(mail, token).await {
            Ok(_) => Delivery::Done,
            Err(SendError::Permanent(reason)) => Delivery::DeadLettered(reason),
            Err(SendError::Transient(reason)) => {
                let due_at = self.clock.now().plus(self.wait(attempts));
                match due_at < expires_at {
                    true => Delivery::Rescheduled(due_at, reason),
                    false => Delivery::DeadLettered(late(Some(reason))),
                }
            }
        }
    }

    /// How long to wait after a failure that `attempts` failures preceded: a random time between half and all of an
    /// exponential backoff, so that messages that failed together are not retried together.
    fn wait(&self, attempts: u32) -> Duration {
        let longest = FIRST_RETRY
            .saturating_mul(2_u32.saturating_pow(attempts))
            .min(LAST_RETRY);
        let [low, high, ..] = self.entropy.u64().to_le_bytes();
        let share = u16::from_le_bytes([low, high]);
        longest / 2 + longest / 2 * u32::from(share) / (1 << 16)
    }
}

fn late(last_failure: Option<String>) -> String {
    match last_failure {
        Some(failure) => format!("{LATE}: {failure}"),
        None => LATE.to_owned(),
    }
}
