//! Limiting attempts, and logging what matters for the security of accounts.

use std::net::IpAddr;
use std::sync::Arc;

use crate::ports::{
    AbuseGuard, LimitedAction, RateLimited, RateLimitedAction, SecurityEvent, SecurityEventKind,
    SecurityLog,
};
use crate::user::UserId;

/// Asks the abuse guard about attempts and logs those it refuses. Clones share guard and log.
#[derive(Clone)]
pub struct Doorkeeper {
    guard: Arc<dyn AbuseGuard>,
    security_log: Arc<dyn SecurityLog>,
}

impl Doorkeeper {
    /// A doorkeeper with this guard and this log.
    #[must_use]
    pub fn new(guard: Arc<dyn AbuseGuard>, security_log: Arc<dyn SecurityLog>) -> Self {
        Self {
            guard,
            security_log,
        }
    }

    /// Counts an attempt and admits or refuses it. Every use case that is rate limited begins with this call.
    ///
    /// # Errors
    /// [`RateLimited`] if there were too many attempts; the refusal is in the security log then.
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

    /// Counts an attempt on an account and admits or refuses it; `user_id` is the account's, if it exists.
    ///
    /// # Errors
    /// [`RateLimited`] if there were too many attempts; the refusal is in the security log then.
    pub(super) fn admit_to(
        &self,
        user_id: Option<UserId>,
        ip: Option<IpAddr>,
        attempt: RateLimitedAction<'_>,
    ) -> Result<(), RateLimited> {
        let admitted = self.guard.admit(ip, attempt);
        if admitted.is_err() {
            let kind = SecurityEventKind::AttemptLimited(limited_action(attempt));
            self.record(kind, user_id, ip);
        }
        admitted
    }

    /// Stops counting an admitted attempt as a failed one.
    pub(super) fn forgive(&self, ip: Option<IpAddr>, attempt: RateLimitedAction<'_>) {
        self.guard.forgive(ip, attempt);
    }

    /// Writes a line of the security log.
    pub(super) fn record(
        &self,
        kind: SecurityEventKind,
        user_id: Option<UserId>,
        ip: Option<IpAddr>,
    ) {
        let event = SecurityEvent { kind, user_id, ip };
        self.security_log.record(event);
    }
}

fn limited_action(attempt: RateLimitedAction<'_>) -> LimitedAction {
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
