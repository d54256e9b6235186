//! Asking the abuse guard, and telling the operator what matters for the security of accounts.

use std::net::IpAddr;

use super::Services;
use crate::ports::{Attempt, Blocked, BlockedAttempt, SecurityEvent, SecurityEventKind};
use crate::user::UserId;

impl Services {
    /// Asks the guard. Every use case that it counts begins here.
    ///
    /// # Errors
    /// [`Blocked`].
    pub(super) fn admit(&self, ip: Option<IpAddr>, attempt: Attempt<'_>) -> Result<(), Blocked> {
        let user_id = match attempt {
            Attempt::ChangeCredential(user_id) => Some(user_id),
            _ => None,
        };
        self.admit_to(user_id, ip, attempt)
    }

    /// Asks the guard about an attempt on an account; `user_id` is whose it is, where there is one.
    ///
    /// # Errors
    /// [`Blocked`].
    pub(super) fn admit_to(
        &self,
        user_id: Option<UserId>,
        ip: Option<IpAddr>,
        attempt: Attempt<'_>,
    ) -> Result<(), Blocked> {
        let admitted = self.ports.guard.admit(ip, attempt);
        if admitted.is_err() {
            let kind = SecurityEventKind::AttemptBlocked(described(attempt));
            self.record(kind, user_id, ip);
        }
        admitted
    }

    /// Writes a line of the security log.
    pub(super) fn record(
        &self,
        kind: SecurityEventKind,
        user_id: Option<UserId>,
        ip: Option<IpAddr>,
    ) {
        let event = SecurityEvent { kind, user_id, ip };
        self.ports.security_log.record(event);
    }
}

pub(super) fn described(attempt: Attempt<'_>) -> BlockedAttempt {
    match attempt {
        Attempt::Login(_) => BlockedAttempt::Login,
        Attempt::LoginTo(..) => BlockedAttempt::StrangersLogin,
        Attempt::Register => BlockedAttempt::Register,
        Attempt::FollowLink => BlockedAttempt::FollowLink,
        Attempt::Recover(_) => BlockedAttempt::Recover,
        Attempt::Mail(_) => BlockedAttempt::Mail,
        Attempt::Notice(_) => BlockedAttempt::Notice,
        Attempt::ChangeCredential(_) => BlockedAttempt::ChangeCredential,
    }
}
