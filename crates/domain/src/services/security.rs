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
        let admitted = self.ports.guard.admit(ip, attempt);
        if admitted.is_err() {
            let (blocked, user_id) = described(attempt);
            self.record(SecurityEventKind::AttemptBlocked(blocked), user_id, ip);
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

fn described(attempt: Attempt<'_>) -> (BlockedAttempt, Option<UserId>) {
    match attempt {
        Attempt::Login(_) => (BlockedAttempt::Login, None),
        Attempt::Register => (BlockedAttempt::Register, None),
        Attempt::FollowLink => (BlockedAttempt::FollowLink, None),
        Attempt::Recover(_) => (BlockedAttempt::Recover, None),
        Attempt::ChangeCredential(user) => (BlockedAttempt::ChangeCredential, Some(user)),
    }
}
