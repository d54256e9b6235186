//! Recovering an account whose password is lost or stolen.
//!
//! A request is stored in the same way whether an account has the address or not. A worker looks for the account later,
//! so neither the response nor its timing reveals who has an account.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::Accounts;
use crate::Timestamp;
use crate::audit::{AuditAction, AuditEvent, Source};
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::link::{Link, LinkId, LinkPurpose};
use crate::mail::{Language, MailId, MailKind, OutgoingMail};
use crate::ports::{
    AddressHolder, RateLimited, RateLimitedAction, SecurityEventKind, StoreError, StoreExt,
    Transaction,
};
use crate::recovery::{RecoveryId, RecoveryRequest};
use crate::services::Backlog;
use crate::token::TokenKeys;
use crate::user::{AccountState, EmailAddress};

/// The most requests in one transaction. If many requests are for unknown addresses, most of their cost is the commit.
const BATCH: usize = 100;
/// The shortest wait before a request that failed is tried again.
const FIRST_RETRY: Duration = Duration::from_mins(1);

/// The result of one call of [`begin_recoveries`](Accounts::begin_recoveries).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecoveryProgress {
    /// Some requests were processed, and more may be due.
    Made,
    /// No request was due.
    NoneDue,
    /// This request failed for this reason and is due again at this time. Others may be due now.
    Rescheduled(RecoveryId, Timestamp, String),
    /// This request failed for this reason until its link would have expired, and is deleted. Others may be due now.
    Abandoned(RecoveryId, String),
}

/// A request to recover an account.
pub struct Recovery {
    /// The address of the account.
    pub email: EmailAddress,
    /// Where the request comes from.
    pub source: Source,
    /// The language of the message.
    pub language: Language,
}

/// Why a recovery is refused. An unknown address is not a reason.
#[derive(Debug, thiserror::Error)]
pub enum RecoverAccountError {
    /// The client must wait.
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HasErrorCode for RecoverAccountError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::RateLimited(limited) => limited.code(),
            Self::Store(error) => error.code(),
        }
    }
}

impl Accounts {
    /// Stores a request to recover the account with this address, whether there is one or not.
    ///
    /// # Errors
    /// [`RecoverAccountError`] says why it is refused; nothing will be mailed then.
    pub async fn recover_account(&self, recovery: Recovery) -> Result<(), RecoverAccountError> {
        let Recovery {
            email,
            source,
            language,
        } = recovery;
        let ip = source.client.ip;
        let attempt = RateLimitedAction::Recover(&email);
        self.doorkeeper.admit(ip, attempt)?;
        let (id, now) = (RecoveryId::new(self.entropy.uuid()), self.clock.now());
        self.store
            .transact::<_, StoreError>(move |tx| {
                let request = RecoveryRequest {
                    id,
                    email: email.clone(),
                    language,
                    requested_at: shared_time(tx, now)?,
                };
                Ok(tx.recoveries().insert(&request)?)
            })
            .await?;
        self.doorkeeper
            .record(SecurityEventKind::RecoveryRequested, None, ip);
        Ok(())
    }

    /// Processes requests, the one due longest first, until it finds one that has an account, and mails that account a
    /// link. A worker calls this in a loop until no request is due.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails; the requests stay then.
    pub async fn begin_recoveries(&self) -> Result<RecoveryProgress, StoreError> {
        let now = self.clock.now();
        let tried = Tried::default();
        match self.begin_due_recoveries(now, tried.clone()).await {
            Ok(Backlog::Left) => Ok(RecoveryProgress::Made),
            Ok(Backlog::Empty) => Ok(RecoveryProgress::NoneDue),
            Err(StoreError::Failed(error)) => match tried.last() {
                // Without a later due time, it would fail again and block the requests behind it.
                Some(id) => self.reschedule(id, now, error.to_string()).await,
                None => Err(StoreError::Failed(error)),
            },
            Err(error) => Err(error),
        }
    }

    /// Processes due requests in one transaction, which locks at most one account.
    async fn begin_due_recoveries(
        &self,
        now: Timestamp,
        tried: Tried,
    ) -> Result<Backlog, StoreError> {
        let (keys, lifetime) = (self.keys.clone(), self.recovery_lifetime);
        self.store
            .transact(move |tx| {
                let now = shared_time(tx, now)?;
                let links = RecoveryLinks {
                    keys: &keys,
                    expires_at: now.plus(lifetime),
                };
                let mut done = Backlog::Empty;
                for _ in 0..BATCH {
                    let Some(id) = tx.recoveries().next_due(now)? else {
                        break;
                    };
                    tried.note(id);
                    done = Backlog::Left;
                    let Some(request) = tx.recoveries().take(id)? else {
                        continue;
                    };
                    if let Some(holder) = locked_holder(tx, &request.email, now)? {
                        links.mail(tx, &request, holder, now)?;
                        break;
                    }
                }
                Ok(done)
            })
            .await
    }

    /// Makes a request due again after as long as it has existed, or deletes it if the link it asked for would have
    /// expired by now.
    async fn reschedule(
        &self,
        id: RecoveryId,
        now: Timestamp,
        reason: String,
    ) -> Result<RecoveryProgress, StoreError> {
        let lifetime = self.recovery_lifetime;
        self.store
            .transact::<_, StoreError>(move |tx| {
                let now = shared_time(tx, now)?;
                let requested_at = match tx.recoveries().requested_at(id) {
                    Ok(Some(requested_at)) => Some(requested_at),
                    // Another node has processed it.
                    Ok(None) => return Ok(RecoveryProgress::Made),
                    // The time of the request cannot be read.
                    Err(StoreError::Failed(_)) => None,
                    Err(error) => return Err(error.into()),
                };
                match requested_at.filter(|at| now < at.plus(lifetime)) {
                    Some(at) => {
                        let due_at = now.plus(at.until(now).max(FIRST_RETRY));
                        tx.recoveries().reschedule(id, due_at)?;
                        Ok(RecoveryProgress::Rescheduled(id, due_at, reason.clone()))
                    }
                    None => {
                        tx.recoveries().discard(id)?;
                        Ok(RecoveryProgress::Abandoned(id, reason.clone()))
                    }
                }
            })
            .await
    }
}

/// The request that a transaction is processing, known even if the transaction fails.
#[derive(Clone, Default)]
struct Tried(Arc<Mutex<Option<RecoveryId>>>);

impl Tried {
    fn note(&self, id: RecoveryId) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(id);
    }

    fn last(&self) -> Option<RecoveryId> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The time as all nodes tell it, where `own` is this node's: the database's, if it has a clock of its own. A request that a node
/// with a clock set ahead stored by its own time would wait for that time at all others.
fn shared_time(tx: &mut dyn Transaction, own: Timestamp) -> Result<Timestamp, StoreError> {
    Ok(tx.reader().clock()?.unwrap_or(own))
}

/// The account with this address, locked.
fn locked_holder(
    tx: &mut dyn Transaction,
    email: &EmailAddress,
    now: Timestamp,
) -> Result<Option<AddressHolder>, StoreError> {
    let Some(holder) = tx.users().find_by_email(email, now)? else {
        return Ok(None);
    };
    tx.users().lock(holder.user_id)?;
    // The address may have changed before the account was locked.
    let locked = tx.users().find_by_email(email, now)?;
    Ok(locked.filter(|locked| locked.user_id == holder.user_id))
}

struct RecoveryLinks<'a> {
    keys: &'a TokenKeys,
    expires_at: Timestamp,
}

impl RecoveryLinks<'_> {
    /// Writes the link and its message, unless the account is disabled. The message goes to the address that the account
    /// has, not to the one that was typed.
    fn mail(
        &self,
        tx: &mut dyn Transaction,
        request: &RecoveryRequest,
        holder: AddressHolder,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let id = LinkId::new(request.id.uuid());
        let expires_at = match holder.state {
            AccountState::Active => self.expires_at,
            // The account lapses at that time.
            AccountState::Pending { until } => self.expires_at.min(until),
            AccountState::Disabled(_) => return Ok(()),
        };
        tx.links().insert(&Link {
            id,
            hash: self.keys.link_token(id).hash(),
            user_id: holder.user_id,
            purpose: LinkPurpose::ResetPassword,
            expires_at,
        })?;
        // The request is stored without its client.
        let (action, source) = (AuditAction::RequestRecovery, Source::default());
        let told = AuditEvent::by_client(holder.user_id, action, &source, now);
        tx.audit().append(&told)?;
        tx.outbox().enqueue(&OutgoingMail {
            id: MailId::new(request.id.uuid()),
            user_id: Some(holder.user_id),
            kind: MailKind::ResetPassword(id),
            language: request.language,
            to: holder.email,
            created_at: now,
            expires_at,
        })
    }
}
