//! Setting a second factor up, and removing it.

use super::live_caller::lock_live_caller;
use super::{Accounts, CurrentPasswordError};
use crate::Timestamp;
use crate::audit::{AuditAction, AuditEvent, Source};
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::factor::{Factor, FactorSalt, FactorSecret, GivenCode, RECOVERY_CODES, RecoveryCode};
use crate::ports::{Abort, RateLimitedAction, Reader, SecurityEventKind, StoreError, StoreExt};
use crate::services::second_factor::{FactorCheck, SecondFactorError};
use crate::session::{LiveSession, SessionId};
use crate::token::TokenHash;
use crate::user::{GivenPassword, UserId};

/// Whether a user has a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorStatus {
    /// It has none, or one that is being set up.
    Off,
    /// Logins need a code.
    On {
        /// How many recovery codes are left.
        recovery_codes: usize,
    },
}

impl FactorStatus {
    pub(super) fn read(reader: &mut dyn Reader, user_id: UserId) -> Result<Self, StoreError> {
        let factor = reader.factors().find(user_id)?;
        Ok(match factor.is_some_and(|factor| factor.is_enabled()) {
            false => Self::Off,
            true => Self::On {
                recovery_codes: reader.factors().recovery_codes(user_id)?.len(),
            },
        })
    }
}

/// Why a second factor is neither set up nor removed.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    /// The current password is missing or wrong, or could not be compared.
    #[error(transparent)]
    CurrentPassword(#[from] CurrentPasswordError),
    /// The code is missing, wrong or used.
    #[error(transparent)]
    SecondFactor(#[from] SecondFactorError),
    /// The user has a second factor. It must be removed first.
    #[error("the user has a second factor already")]
    Enabled,
    /// The user has none, or none is being set up.
    #[error("the user has no second factor")]
    Unknown,
    /// The session that asked was revoked in the meantime.
    #[error("the session is revoked")]
    SessionRevoked,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HasErrorCode for FactorError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::CurrentPassword(error) => error.code(),
            Self::SecondFactor(error) => error.code(),
            Self::Enabled => ErrorCode::FactorEnabled,
            Self::Unknown => ErrorCode::FactorUnknown,
            Self::SessionRevoked => ErrorCode::TokenInvalid,
            Self::Store(error) => error.code(),
        }
    }
}

impl Accounts {
    /// Whether the caller has a second factor.
    ///
    /// # Errors
    /// [`FactorError::Store`] if the database fails.
    pub async fn factor_status(&self, caller: &LiveSession) -> Result<FactorStatus, FactorError> {
        let user_id = caller.user.id;
        let read = self
            .store
            .read(move |reader| FactorStatus::read(reader, user_id));
        Ok(read.await?)
    }

    /// Begins to set a second factor up, and returns the secret for the app. Logins do not need it until a first code is
    /// [confirmed](Self::confirm_factor). An earlier set-up that was not confirmed is replaced.
    ///
    /// # Errors
    /// [`FactorError`] says why not; nothing is changed then.
    pub async fn begin_factor(
        &self,
        caller: &LiveSession,
        current_password: Option<GivenPassword>,
        source: &Source,
    ) -> Result<FactorSecret, FactorError> {
        let current_password = self
            .current_password
            .ask(current_password)
            .map_err(CurrentPasswordError::from)?;
        let (user_id, session_id, now) = (caller.user.id, caller.session_id(), self.clock.now());
        // Nothing is enabled, and so nothing is removed, that was not begun.
        let attempt = RateLimitedAction::ChangeCredential(user_id);
        self.doorkeeper
            .admit(source.client.ip, attempt)
            .map_err(SecondFactorError::from)?;
        let confirmation = self.confirm(caller, current_password, source).await?;
        let salt = FactorSalt::new(self.entropy.uuid());
        let secret = self.keys.factor_secret(user_id, salt);
        let factor = Factor::new(salt, secret.hash());
        self.store
            .transact(move |tx| {
                let account =
                    lock_live_caller(tx, (user_id, session_id), now, FactorError::SessionRevoked)?;
                confirmation.check(&account)?;
                let former = tx.factors().find(user_id)?;
                if former.is_some_and(|former| former.is_enabled()) {
                    return Err(Abort::Refused(FactorError::Enabled));
                }
                Ok(tx.factors().replace(user_id, &factor)?)
            })
            .await?;
        Ok(secret)
    }

    /// Enables the second factor that is being set up, if the code is its app's, and returns the recovery codes, which
    /// nobody can look up later.
    ///
    /// # Errors
    /// [`FactorError`] says why not; nothing is changed then.
    pub async fn confirm_factor(
        &self,
        caller: &LiveSession,
        code: Option<GivenCode>,
        source: &Source,
    ) -> Result<Vec<RecoveryCode>, FactorError> {
        let (user_id, session_id, now) = (caller.user.id, caller.session_id(), self.clock.now());
        let found = self
            .store
            .read(move |reader| reader.factors().find(user_id))
            .await?;
        let factor = match found {
            None => return Err(FactorError::Unknown),
            Some(factor) if factor.is_enabled() => return Err(FactorError::Enabled),
            Some(factor) => factor,
        };
        let check = self.factor_check(session_id, now);
        let proof = match code {
            None => return Err(SecondFactorError::Missing.into()),
            Some(GivenCode::Totp(code)) => {
                check.prove_step((user_id, source), &factor, &code).await?
            }
            Some(GivenCode::Recovery(_) | GivenCode::Malformed) => {
                return Err(check.wrong(user_id, source).await.into());
            }
        };
        let codes: Vec<RecoveryCode> = (0..RECOVERY_CODES)
            .map(|_| RecoveryCode::from_random(self.entropy.u128()))
            .collect();
        let hashes: Vec<TokenHash> = codes.iter().map(RecoveryCode::hash).collect();
        let told = AuditEvent::by_caller(caller, AuditAction::EnableSecondFactor, source, now);
        self.store
            .transact(move |tx| {
                lock_live_caller(tx, (user_id, session_id), now, FactorError::SessionRevoked)?;
                if tx.factors().find(user_id)? != Some(factor) {
                    return Err(Abort::Refused(FactorError::Unknown));
                }
                if let Some(refusal) = proof.spend(tx, user_id)? {
                    return Err(Abort::Refused(refusal.into()));
                }
                tx.factors().add_recovery_codes(user_id, &hashes)?;
                Ok(tx.audit().append(&told)?)
            })
            .await?;
        let kind = SecurityEventKind::SecondFactorEnabled;
        self.doorkeeper
            .record(kind, Some(user_id), source.client.ip);
        Ok(codes)
    }

    /// Removes the caller's second factor, which needs a code of it or a recovery code.
    ///
    /// # Errors
    /// [`FactorError`] says why not; nothing is changed then.
    pub async fn remove_factor(
        &self,
        caller: &LiveSession,
        code: Option<GivenCode>,
        source: &Source,
    ) -> Result<(), FactorError> {
        let (user_id, session_id, now) = (caller.user.id, caller.session_id(), self.clock.now());
        let check = self.factor_check(session_id, now);
        let proof = check.prove(user_id, source, code.as_ref()).await?;
        let told = AuditEvent::by_caller(caller, AuditAction::RemoveSecondFactor, source, now);
        self.store
            .transact(move |tx| {
                lock_live_caller(tx, (user_id, session_id), now, FactorError::SessionRevoked)?;
                if let Some(refusal) = proof.spend(tx, user_id)? {
                    return Err(Abort::Refused(refusal.into()));
                }
                match tx.factors().remove(user_id)? {
                    true => Ok(tx.audit().append(&told)?),
                    false => Err(Abort::Refused(FactorError::Unknown)),
                }
            })
            .await?;
        let kind = SecurityEventKind::SecondFactorRemoved;
        self.doorkeeper
            .record(kind, Some(user_id), source.client.ip);
        Ok(())
    }

    pub(super) fn factor_check(&self, session: SessionId, now: Timestamp) -> FactorCheck<'_> {
        FactorCheck {
            session: Some(session),
            store: &self.store,
            keys: &self.keys,
            doorkeeper: &self.doorkeeper,
            attempt: AuditAction::Confirm,
            now,
        }
    }
}
