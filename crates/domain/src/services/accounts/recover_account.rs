//! Recovering an account whose password is lost, or somebody else's.
//!
//! A request is written down the same way whether its address is known or not, and answered. A worker looks for the
//! account afterwards, so neither the answer nor the time it takes tells who has an account.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::Accounts;
use crate::Timestamp;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::link::{Link, LinkId, LinkPurpose};
use crate::mail::{Language, MailId, MailKind, OutgoingMail};
use crate::ports::{
    AddressHolder, RateLimited, RateLimitedAction, SecurityEventKind, StoreError, StoreExt,
    Transaction,
};
use crate::recovery::{RecoveryId, RecoveryRequest};
use crate::services::Backlog;
use crate::session::Client;
use crate::token::TokenKeys;
use crate::user::{AccountState, EmailAddress};

/// The most requests of one transaction. Where many ask for addresses that nobody has, it is what a commit costs that counts.
const BATCH: usize = 100;
/// The shortest wait of a request that could not be worked on.
const FIRST_RETRY: Duration = Duration::from_secs(60);

/// What a worker has done about the requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecoveryProgress {
    /// Some were worked on, and more may be due.
    Made,
    /// None was due.
    NoneDue,
    /// This one could not be worked on, for this reason, and is due again then; others may be due now.
    PutAside(RecoveryId, Timestamp, String),
    /// This one could not be worked on, for this reason, until it was too late, and is gone; others may be due now.
    GivenUp(RecoveryId, String),
}

/// Who asks for what.
pub struct Recovery {
    /// The address of the account.
    pub email: EmailAddress,
    /// Where the request came from.
    pub client: Client,
    /// The language to write in.
    pub language: Language,
}

/// Why a recovery is refused. That the address is unknown is no reason.
#[derive(Debug, thiserror::Error)]
pub enum RecoverAccountError {
    /// The abuse guard asks to wait.
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    /// The store could not do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HasErrorCode for RecoverAccountError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::RateLimited(blocked) => blocked.code(),
            Self::Store(error) => error.code(),
        }
    }
}

impl Accounts {
    /// Notes that somebody wants to recover the account with this address, if there is one.
    ///
    /// # Errors
    /// [`RecoverAccountError`]; nothing will be mailed then.
    pub async fn recover_account(&self, recovery: Recovery) -> Result<(), RecoverAccountError> {
        let Recovery {
            email,
            client,
            language,
        } = recovery;
        let attempt = RateLimitedAction::Recover(&email);
        self.doorkeeper.admit(client.ip, attempt)?;
        let request = RecoveryRequest {
            id: RecoveryId::new(self.entropy.uuid()),
            email,
            language,
            requested_at: self.clock.now(),
        };
        let store = &self.store;
        store
            .transact::<_, StoreError>(move |tx| Ok(tx.recoveries().insert(&request)?))
            .await?;
        self.doorkeeper
            .record(SecurityEventKind::RecoveryRequested, None, client.ip);
        Ok(())
    }

    /// Looks for the accounts of the requests that are due for longest, and mails the first one there is a link. Called by a
    /// worker, again and again, at once until none is due.
    ///
    /// # Errors
    /// [`StoreError`]; the requests are still there then.
    pub async fn begin_recoveries(&self) -> Result<RecoveryProgress, StoreError> {
        let now = self.clock.now();
        let tried = Tried::default();
        match self.begin_due_recoveries(now, tried.clone()).await {
            Ok(Backlog::Left) => Ok(RecoveryProgress::Made),
            Ok(Backlog::Empty) => Ok(RecoveryProgress::NoneDue),
            Err(StoreError::Failed(error)) => match tried.last() {
                // It would fail again, and hold up those behind it.
                Some(id) => self.set_aside(id, now, error.to_string()).await,
                None => Err(StoreError::Failed(error)),
            },
            Err(error) => Err(error),
        }
    }

    /// In one transaction, and at most one account is locked in it.
    async fn begin_due_recoveries(
        &self,
        now: Timestamp,
        tried: Tried,
    ) -> Result<Backlog, StoreError> {
        let links = RecoveryLinks {
            keys: self.keys.clone(),
            end: now.plus(self.recovery_lifetime),
        };
        let store = &self.store;
        store
            .transact(move |tx| {
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

    /// Puts a request aside, each time for as long as it has been there, or gives it up where the link it asked for would
    /// have expired by now.
    async fn set_aside(
        &self,
        id: RecoveryId,
        now: Timestamp,
        reason: String,
    ) -> Result<RecoveryProgress, StoreError> {
        let lifetime = self.recovery_lifetime;
        let store = &self.store;
        store
            .transact::<_, StoreError>(move |tx| {
                let requested_at = match tx.recoveries().requested_at(id) {
                    Ok(Some(requested_at)) => Some(requested_at),
                    // Another node was faster.
                    Ok(None) => return Ok(RecoveryProgress::Made),
                    // Not even that can be read.
                    Err(StoreError::Failed(_)) => None,
                    Err(error) => return Err(error.into()),
                };
                match requested_at.filter(|at| now < at.plus(lifetime)) {
                    Some(at) => {
                        let due_at = now.plus(at.until(now).max(FIRST_RETRY));
                        tx.recoveries().reschedule(id, due_at)?;
                        Ok(RecoveryProgress::PutAside(id, due_at, reason.clone()))
                    }
                    None => {
                        tx.recoveries().discard(id)?;
                        Ok(RecoveryProgress::GivenUp(id, reason.clone()))
                    }
                }
            })
            .await
    }
}

/// Which request a transaction is at, for whoever learns that it failed.
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

/// Who has the address, and keeps it until the end of the transaction.
fn locked_holder(
    tx: &mut dyn Transaction,
    email: &EmailAddress,
    now: Timestamp,
) -> Result<Option<AddressHolder>, StoreError> {
    let Some(holder) = tx.users().find_by_email(email, now)? else {
        return Ok(None);
    };
    tx.users().lock(holder.user_id)?;
    // It may have changed until it was locked.
    let locked = tx.users().find_by_email(email, now)?;
    Ok(locked.filter(|locked| locked.user_id == holder.user_id))
}

struct RecoveryLinks {
    keys: TokenKeys,
    end: Timestamp,
}

impl RecoveryLinks {
    /// Writes the link and its message. It goes to the address that the account has, not to the one that was typed.
    fn mail(
        &self,
        tx: &mut dyn Transaction,
        request: &RecoveryRequest,
        holder: AddressHolder,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let id = LinkId::new(request.id.uuid());
        let expires_at = match holder.state {
            AccountState::Active => self.end,
            // Its account is gone by then.
            AccountState::Pending { until } => self.end.min(until),
        };
        tx.links().insert(&Link {
            id,
            hash: self.keys.link_token(id).hash(),
            user_id: holder.user_id,
            purpose: LinkPurpose::ResetPassword,
            expires_at,
        })?;
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
