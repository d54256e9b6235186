//! Comparing the password of a login, and recording what is refused.

use std::sync::Arc;

use super::{Login, LoginError, Sessions};
use crate::audit::{AuditAction, AuditEvent, RefusalReason};
use crate::ports::{RefusedLogin, SecurityEventKind, Verdict};
use crate::services::audit_trail::{RationedEvent, record_refusal, write_alone};
use crate::services::second_factor::SecondFactorError;
use crate::user::{AccountState, Credential, PasswordHash, UserId};

impl Sessions {
    /// Compares the password, and returns a new hash if the stored hash is outdated. Only a client that knows the
    /// password learns that the account waits for verification, or is disabled.
    pub(super) async fn check(
        &self,
        login: &Login,
        credential: &Credential,
    ) -> Result<Option<PasswordHash>, LoginError> {
        let ip = login.source.client.ip;
        let user_id = credential.user_id;
        let (hasher, password) = (&self.hasher, &login.password);
        let stored = credential.password_hash.clone();
        let verdict = hasher.verify(ip, password.clone(), stored).await?;
        let (refused, reason, error) = match (verdict, &credential.state) {
            (Verdict::Wrong, _) => (
                RefusedLogin::WrongPassword,
                RefusalReason::WrongPassword,
                LoginError::WrongPassword,
            ),
            (Verdict::Unreadable, _) => (
                RefusedLogin::WrongPassword,
                RefusalReason::WrongPassword,
                LoginError::PasswordUnreadable(user_id),
            ),
            (_, AccountState::Pending { .. }) => (
                RefusedLogin::NotVerified,
                RefusalReason::NotVerified,
                LoginError::NotVerified,
            ),
            (_, AccountState::Disabled(reason)) => (
                RefusedLogin::Disabled(reason.clone()),
                RefusalReason::Disabled,
                LoginError::Disabled,
            ),
            (Verdict::Right, AccountState::Active) => return Ok(None),
            // If hashing fails now, the next login tries again. An imported hash of a password that cannot be prepared
            // stays.
            (Verdict::NeedsRehash, AccountState::Active) => {
                return Ok(match password.prepared() {
                    Some(password) => hasher.hash(ip, password.clone()).await.ok(),
                    None => None,
                });
            }
        };
        let kind = SecurityEventKind::LoginRefused(refused);
        let event = self.refused_login(login, user_id, reason);
        record_refusal(&self.store, &self.doorkeeper, kind, event).await;
        Err(error)
    }

    fn refused_login(&self, login: &Login, user_id: UserId, reason: RefusalReason) -> AuditEvent {
        let (action, now) = (AuditAction::Login, self.clock.now());
        AuditEvent::by_client(user_id, action, &login.source, now).refused(reason)
    }

    /// Records what only the transaction of the login could tell: that a code is missing, or was used at the same time.
    /// Whoever gives no code did not guess, so the security log says nothing of it.
    pub(super) async fn record_refused_code(
        &self,
        why: &SecondFactorError,
        login: &Login,
        user_id: UserId,
    ) {
        let refused = |reason| self.refused_login(login, user_id, reason);
        match why {
            SecondFactorError::Missing => {
                let event = refused(RefusalReason::SecondFactorMissing);
                let event = RationedEvent::new(&self.doorkeeper, event);
                write_alone(&self.store, Arc::new(event)).await;
            }
            SecondFactorError::Wrong => {
                let event = refused(RefusalReason::SecondFactorWrong);
                let kind = SecurityEventKind::SecondFactorRefused;
                record_refusal(&self.store, &self.doorkeeper, kind, event).await;
            }
            SecondFactorError::RateLimited(_) | SecondFactorError::Store(_) => {}
        }
    }
}
