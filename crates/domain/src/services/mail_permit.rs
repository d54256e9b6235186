//! Asking the abuse guard about a message that is written within a unit of work.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use super::Services;
use super::security::described;
use crate::ports::{
    AbuseGuard, RateLimited, RateLimitedAction, SecurityEvent, SecurityEventKind, SecurityLog,
};
use crate::user::UserId;

/// The guard's word about one message. It is asked once it is known that the message is to be written, for what is refused
/// otherwise mails nobody and must not count; and once however often the unit of work runs.
pub(super) struct MailPermit {
    guard: Arc<dyn AbuseGuard>,
    security_log: Arc<dyn SecurityLog>,
    ip: Option<IpAddr>,
    user_id: UserId,
    word: OnceLock<Result<(), RateLimited>>,
}

impl Services {
    /// A permit to be asked for, for a message about this account that a client caused.
    pub(super) fn mail_permit(&self, user_id: UserId, ip: Option<IpAddr>) -> MailPermit {
        MailPermit {
            guard: Arc::clone(&self.ports.guard),
            security_log: Arc::clone(&self.ports.security_log),
            ip,
            user_id,
            word: OnceLock::new(),
        }
    }
}

impl MailPermit {
    /// Asks for it; the first answer stands.
    ///
    /// # Errors
    /// [`RateLimited`]; the message is not to be written.
    pub(super) fn ask(&self, attempt: RateLimitedAction<'_>) -> Result<(), RateLimited> {
        *self.word.get_or_init(|| {
            let word = self.guard.admit(self.ip, attempt);
            if word.is_err() {
                self.security_log.record(SecurityEvent {
                    kind: SecurityEventKind::AttemptBlocked(described(attempt)),
                    user_id: Some(self.user_id),
                    ip: self.ip,
                });
            }
            word
        })
    }
}
