//! Limits attempts, and logs security events.

use std::net::IpAddr;
use std::sync::Arc;

use crate::ports::{
    AbuseGuard, ActionKind, RateLimited, RateLimitedAction, SecurityEvent, SecurityEventKind,
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
    /// [`RateLimited`] if there were too many attempts; the security log then has an event.
    pub(super) fn admit(
        &self,
        ip: Option<IpAddr>,
        attempt: RateLimitedAction<'_>,
    ) -> Result<(), RateLimited> {
        let user_id = match attempt {
            RateLimitedAction::ChangeCredential(user_id)
            | RateLimitedAction::SecondFactor(user_id)
            | RateLimitedAction::Confirm(user_id, _)
            | RateLimitedAction::RecordEvent(user_id)
            | RateLimitedAction::RecordRefusal(user_id) => Some(user_id),
            RateLimitedAction::Login(_)
            | RateLimitedAction::LoginTo(_, _)
            | RateLimitedAction::Register
            | RateLimitedAction::FollowLink
            | RateLimitedAction::Recover(_)
            | RateLimitedAction::Mail(_)
            | RateLimitedAction::Notice(_)
            | RateLimitedAction::ServiceRequest(_)
            | RateLimitedAction::ServicePoll(_) => None,
        };
        self.admit_to(user_id, ip, attempt)
    }

    /// Counts an attempt on an account and admits or refuses it; `user_id` is the account's, if it exists.
    ///
    /// # Errors
    /// [`RateLimited`] if there were too many attempts; the security log then has an event.
    pub(super) fn admit_to(
        &self,
        user_id: Option<UserId>,
        ip: Option<IpAddr>,
        attempt: RateLimitedAction<'_>,
    ) -> Result<(), RateLimited> {
        let admitted = self.guard.admit(ip, attempt);
        if admitted.is_err() {
            self.record(limited(attempt), user_id, ip);
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

/// What the security log tells of an attempt that was refused.
fn limited(attempt: RateLimitedAction<'_>) -> SecurityEventKind {
    SecurityEventKind::AttemptLimited(match attempt {
        RateLimitedAction::Login(_) => ActionKind::Login,
        RateLimitedAction::LoginTo(..) => ActionKind::StrangersLogin,
        RateLimitedAction::Confirm(..) => ActionKind::Confirm,
        RateLimitedAction::SecondFactor(_) => ActionKind::SecondFactor,
        RateLimitedAction::Register => ActionKind::Register,
        RateLimitedAction::FollowLink => ActionKind::FollowLink,
        RateLimitedAction::Recover(_) => ActionKind::Recover,
        RateLimitedAction::Mail(_) => ActionKind::Mail,
        RateLimitedAction::Notice(_) => ActionKind::Notice,
        RateLimitedAction::ChangeCredential(_) => ActionKind::ChangeCredential,
        RateLimitedAction::RecordEvent(_) | RateLimitedAction::RecordRefusal(_) => {
            ActionKind::RecordEvent
        }
        RateLimitedAction::ServiceRequest(service) | RateLimitedAction::ServicePoll(service) => {
            return SecurityEventKind::ServiceLimited(service.name.clone());
        }
    })
}
