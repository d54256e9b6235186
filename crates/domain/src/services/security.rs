//! Asking the abuse guard, and telling the operator what matters for the security of accounts.

use std::net::IpAddr;

use super::Services;
use crate::ports::{
    LimitedAction, RateLimited, RateLimitedAction, SecurityEvent, SecurityEventKind,
};
use crate::user::UserId;

impl Services {
    /// Asks the guard. Every use case that it counts begins here.
    ///
    /// # Errors
    /// [`RateLimited`].
    pub(super) fn admit(
        &self,
        ip: Option<IpAddr>,
        attempt: RateLimitedAction<'_>,
    ) -> Result<(), RateLimited> {
        let user_id = match attempt {
            RateLimitedAction::ChangeCredential(user_id) => Some(user_id),
            _ => None,
        };
        self.admit_to(user_id, ip, attempt)
    }

    /// Asks the guard about an attempt on an account; `user_id` is whose it is, where there is one.
    ///
    /// # Errors
    /// [`RateLimited`].
    pub(super) fn admit_to(
        &self,
        user_id: Option<UserId>,
        ip: Option<IpAddr>,
        attempt: RateLimitedAction<'_>,
    ) -> Result<(), RateLimited> {
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

pub(super) fn described(attempt: RateLimitedAction<'_>) -> LimitedAction {
    match attempt {
        RateLimitedAction::Login(_) => LimitedAction::Login,
        RateLimitedAction::LoginTo(..) => LimitedAction::StrangersLogin,
        RateLimitedAction::Register => LimitedAction::Register,
        RateLimitedAction::FollowLink => LimitedAction::FollowLink,
        RateLimitedAction::Recover(_) => LimitedAction::Recover,
        RateLimitedAction::Mail(_) => LimitedAction::Mail,
        RateLimitedAction::Notice(_) => LimitedAction::Notice,
        RateLimitedAction::ChangeCredential(_) => LimitedAction::ChangeCredential,
    }
}
