//! Recovering an account whose password is lost, or somebody else's (`POST /account/recover`).
//!
//! A request is written down the same way whether its address is known or not, and answered. A worker looks for the
//! account afterwards, so neither the answer nor the time it takes tells who has an account.

use super::{Backlog, Services};
use crate::Timestamp;
use crate::error_code::{Coded, ErrorCode};
use crate::link::{Link, LinkId, LinkPurpose};
use crate::mail::{Language, MailId, MailKind, OutgoingMail};
use crate::ports::{AddressHolder, Attempt, Blocked, StoreError, StoreExt, Transaction};
use crate::recovery::{RecoveryId, RecoveryRequest};
use crate::session::Client;
use crate::token::TokenKeys;
use crate::user::{EmailAddress, Standing};

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
    Blocked(#[from] Blocked),
    /// The store could not do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for RecoverAccountError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Blocked(blocked) => blocked.code(),
            Self::Store(error) => error.code(),
        }
    }
}

impl Services {
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
        let attempt = Attempt::Recover(&email);
        self.ports.guard.admit(client.ip, attempt)?;
        let request = RecoveryRequest {
            id: RecoveryId::new(self.ports.entropy.uuid()),
            email,
            language,
            requested_at: self.ports.clock.now(),
        };
        let store = &self.ports.store;
        store
            .transact(move |tx| Ok(tx.recoveries().insert(&request)?))
            .await
    }

    /// Looks for the account of the oldest request, and mails it a link if there is one. Called by a worker, again and
    /// again.
    ///
    /// # Errors
    /// [`StoreError`]; the request is still there then, behind the others where it was what failed.
    pub async fn begin_next_recovery(&self) -> Result<Backlog, StoreError> {
        let now = self.ports.clock.now();
        let begun = self.begin_oldest_recovery(now).await;
        if let Err(StoreError::Failed(_)) = &begun {
            // It would fail again, and hold up those behind it.
            self.put_oldest_recovery_back(now).await?;
        }
        begun
    }

    async fn put_oldest_recovery_back(&self, now: Timestamp) -> Result<(), StoreError> {
        let store = &self.ports.store;
        store
            .transact(move |tx| Ok(tx.recoveries().put_oldest_back(now)?))
            .await
    }

    async fn begin_oldest_recovery(&self, now: Timestamp) -> Result<Backlog, StoreError> {
        let links = RecoveryLinks {
            keys: self.settings.keys.clone(),
            end: now.plus(self.settings.recovery_lifetime),
        };
        let store = &self.ports.store;
        store
            .transact(move |tx| {
                let Some(request) = tx.recoveries().take(1)?.into_iter().next() else {
                    return Ok(Backlog::Empty);
                };
                if let Some(holder) = locked_holder(tx, &request.email, now)? {
                    links.mail(tx, &request, holder, now)?;
                }
                Ok(Backlog::Left)
            })
            .await
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
        let expires_at = match holder.standing {
            Standing::Active => self.end,
            // Its account is gone by then.
            Standing::Pending { until } => self.end.min(until),
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
            useless_from: expires_at,
        })
    }
}
