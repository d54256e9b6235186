//! Checking the code of a second factor, for the use cases that need one.

use std::sync::Arc;

use super::Doorkeeper;
use super::audit_trail::record_refusal;
use crate::Timestamp;
use crate::audit::{AuditAction, AuditEvent, RefusalReason, Source};
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::factor::{Factor, FactorSalt, GivenCode, TimeStep};
use crate::ports::{
    RateLimited, RateLimitedAction, SecurityEventKind, Store, StoreError, StoreExt, Transaction,
};
use crate::session::SessionId;
use crate::token::{TokenHash, TokenKeys};
use crate::user::UserId;

/// Why a second factor does not allow what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum SecondFactorError {
    /// The user has a second factor, and no code was given.
    #[error("a code of the second factor is needed")]
    Missing,
    /// The code is wrong, or used.
    #[error("the code of the second factor is wrong or used")]
    Wrong,
    /// Too many codes were wrong.
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SecondFactorError {
    /// Whether the code may have been a guess.
    pub(super) fn is_of_a_guess(&self) -> bool {
        match self {
            Self::Wrong => true,
            Self::Missing | Self::RateLimited(_) | Self::Store(_) => false,
        }
    }
}

impl HasErrorCode for SecondFactorError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Missing => ErrorCode::SecondFactorMissing,
            Self::Wrong => ErrorCode::SecondFactorWrong,
            Self::RateLimited(limited) => limited.code(),
            Self::Store(error) => error.code(),
        }
    }
}

/// What the given code proves. The transaction that relies on it must [`spend`](Self::spend) it.
#[derive(Clone, Copy)]
pub(super) enum FactorProof {
    /// No code was looked at, which is right if the user has no second factor.
    NotAsked,
    /// The code was that of this step.
    Step(FactorSalt, TimeStep),
    /// The code was the recovery code with this hash.
    Recovery(TokenHash),
}

impl FactorProof {
    /// Uses the code up; its user is locked. Answers why it is not right any more, if it is not: it was used meanwhile,
    /// or the user enabled a second factor meanwhile.
    pub fn spend(
        self,
        tx: &mut dyn Transaction,
        user_id: UserId,
    ) -> Result<Option<SecondFactorError>, StoreError> {
        let factors = tx.factors();
        let (is_right, refusal) = match self {
            Self::NotAsked => {
                let factor = factors.find(user_id)?;
                (
                    !factor.is_some_and(|factor| factor.is_enabled()),
                    SecondFactorError::Missing,
                )
            }
            Self::Step(salt, step) => (
                factors.use_step(user_id, salt, step)?,
                SecondFactorError::Wrong,
            ),
            Self::Recovery(code) => (
                factors.use_recovery_code(user_id, &code)?,
                SecondFactorError::Wrong,
            ),
        };
        Ok((!is_right).then_some(refusal))
    }
}

/// Checks codes of second factors.
pub(super) struct FactorCheck<'a> {
    /// The session that asks; a login has none yet.
    pub session: Option<SessionId>,
    pub store: &'a Arc<dyn Store>,
    pub keys: &'a TokenKeys,
    pub doorkeeper: &'a Doorkeeper,
    /// What the codes are asked for.
    pub attempt: AuditAction,
    pub now: Timestamp,
}

impl FactorCheck<'_> {
    /// Checks what was given for a user whose password was right, or who is logged in. Users without a factor need
    /// nothing, and what they give is not looked at.
    pub async fn prove(
        &self,
        user_id: UserId,
        source: &Source,
        given: Option<&GivenCode>,
    ) -> Result<FactorProof, SecondFactorError> {
        let found = self
            .store
            .read(move |reader| {
                let factor = reader.factors().find(user_id)?;
                let Some(factor) = factor.filter(Factor::is_enabled) else {
                    return Ok(None);
                };
                Ok(Some((factor, reader.factors().recovery_codes(user_id)?)))
            })
            .await?;
        match (found, given) {
            (None, _) => Ok(FactorProof::NotAsked),
            (Some(_), None) => Err(SecondFactorError::Missing),
            (Some((factor, _)), Some(GivenCode::Totp(code))) => {
                self.prove_step((user_id, source), &factor, code).await
            }
            (Some((_, codes)), Some(GivenCode::Recovery(code))) if codes.contains(&code.hash()) => {
                Ok(FactorProof::Recovery(code.hash()))
            }
            (Some(_), Some(GivenCode::Recovery(_) | GivenCode::Malformed)) => {
                Err(self.wrong(user_id, source).await)
            }
        }
    }

    /// Compares six digits with those of a factor, enabled or not. They are counted by the user, because a client that
    /// knows the password could guess them otherwise.
    pub async fn prove_step(
        &self,
        (user_id, source): (UserId, &Source),
        factor: &Factor,
        code: &str,
    ) -> Result<FactorProof, SecondFactorError> {
        let ip = source.client.ip;
        let attempt = RateLimitedAction::SecondFactor(user_id);
        self.doorkeeper.admit(ip, attempt)?;
        let secret = self
            .keys
            .recover_factor_secret(user_id, factor.salt, &factor.secret_hash);
        let step = secret
            .and_then(|secret| secret.step_of(code, self.now))
            .filter(|step| factor.last_step.is_none_or(|last| last < *step));
        match step {
            Some(step) => {
                self.doorkeeper.forgive(ip, attempt);
                Ok(FactorProof::Step(factor.salt, step))
            }
            None => Err(self.wrong(user_id, source).await),
        }
    }

    /// The refusal of a wrong code, which is recorded.
    pub async fn wrong(&self, user_id: UserId, source: &Source) -> SecondFactorError {
        let kind = SecurityEventKind::SecondFactorRefused;
        let event = AuditEvent::by_client(user_id, self.attempt, source, self.now);
        let event = AuditEvent {
            session_id: self.session,
            ..event.refused(RefusalReason::SecondFactorWrong)
        };
        record_refusal(self.store, self.doorkeeper, kind, event).await;
        SecondFactorError::Wrong
    }
}
