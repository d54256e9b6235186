//! Asking for the current password before a change, so that a stolen token is not enough to take an account over.

use super::Accounts;
use crate::audit::{AuditAction, AuditEvent, RefusalReason, Source};
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::ports::{
    HashError, RateLimited, RateLimitedAction, SecurityEventKind, StoreError, StoreExt, Verdict,
};
use crate::services::audit_trail::record_refusal;
use crate::services::known_clients::familiarity_with;
use crate::session::LiveSession;
use crate::user::{Credential, CurrentPasswordMissing, GivenPassword, PasswordHash, UserId};

/// Why the current password does not allow a change.
#[derive(Debug, thiserror::Error)]
pub enum CurrentPasswordError {
    /// The change needs the current password, and none was given.
    #[error(transparent)]
    Missing(#[from] CurrentPasswordMissing),
    /// The client must wait.
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    /// The account is gone.
    #[error("the account does not exist any more")]
    AccountGone,
    /// The password is wrong.
    #[error("wrong password")]
    Wrong,
    /// The stored hash of the user's password cannot be read, so no password is right.
    #[error(
        "user {0} cannot change the account, because the stored hash of the password cannot be read: the user must set \
         a new password by a mailed link"
    )]
    Unreadable(UserId),
    /// The password could not be compared.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CurrentPasswordError {
    /// Whether the password may have been a guess.
    fn is_of_a_guess(&self) -> bool {
        match self {
            Self::Wrong | Self::Unreadable(_) => true,
            Self::Missing(_)
            | Self::RateLimited(_)
            | Self::AccountGone
            | Self::Hash(_)
            | Self::Store(_) => false,
        }
    }
}

impl HasErrorCode for CurrentPasswordError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Missing(_) => ErrorCode::CurrentPasswordMissing,
            Self::RateLimited(limited) => limited.code(),
            Self::AccountGone => ErrorCode::TokenInvalid,
            Self::Wrong => ErrorCode::WrongPassword,
            Self::Unreadable(_) => ErrorCode::PasswordUnreadable,
            Self::Hash(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

/// That the current password was right, or was not asked for.
pub(super) enum Confirmation {
    /// The rules do not ask for it.
    NotAsked,
    /// It was right for this hash.
    Right(PasswordHash),
}

impl Confirmation {
    /// Checks, in the transaction that changes the account, that its password is still the one that was compared.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the password was replaced, or hashed anew, in the meantime: the client may try
    /// again.
    pub(super) fn check(&self, account: &Credential) -> Result<(), StoreError> {
        match self {
            Self::Right(compared) if *compared != account.password_hash => Err(
                StoreError::Unavailable("the user's password was replaced meanwhile".into()),
            ),
            Self::Right(_) | Self::NotAsked => Ok(()),
        }
    }
}

impl Accounts {
    /// Compares the current password, as a login would: a wrong one counts as a guess and is logged. `None` where the
    /// rules do not ask for it.
    pub(super) async fn confirm(
        &self,
        caller: &LiveSession,
        given: Option<GivenPassword>,
        source: &Source,
    ) -> Result<Confirmation, CurrentPasswordError> {
        let Some(given) = given else {
            return Ok(Confirmation::NotAsked);
        };
        let (user_id, ip) = (caller.user.id, source.client.ip);
        let found = self
            .store
            .read(move |reader| {
                let account = reader.users().find_credential(user_id)?;
                Ok((account, familiarity_with(reader, user_id, ip)?))
            })
            .await?;
        let (Some(account), familiarity) = found else {
            return Err(CurrentPasswordError::AccountGone);
        };
        let attempt = RateLimitedAction::Confirm(user_id, familiarity);
        self.doorkeeper.admit(ip, attempt)?;
        let compared = self.compare(account, given, caller, source).await;
        if !compared
            .as_ref()
            .is_err_and(CurrentPasswordError::is_of_a_guess)
        {
            self.doorkeeper.forgive(ip, attempt);
        }
        compared.map(Confirmation::Right)
    }

    async fn compare(
        &self,
        account: Credential,
        given: GivenPassword,
        caller: &LiveSession,
        source: &Source,
    ) -> Result<PasswordHash, CurrentPasswordError> {
        let (user_id, stored) = (account.user_id, account.password_hash);
        let ip = source.client.ip;
        let error = match self.hasher.verify(ip, given, stored.clone()).await? {
            Verdict::Right | Verdict::NeedsRehash => return Ok(stored),
            Verdict::Wrong => CurrentPasswordError::Wrong,
            Verdict::Unreadable => CurrentPasswordError::Unreadable(user_id),
        };
        let kind = SecurityEventKind::CurrentPasswordRefused;
        let (action, now) = (AuditAction::Confirm, self.clock.now());
        let event = AuditEvent::by_client(user_id, action, source, now)
            .of_session(caller.session_id())
            .refused(RefusalReason::WrongPassword);
        record_refusal(&self.store, &self.doorkeeper, kind, event).await;
        Err(error)
    }
}
