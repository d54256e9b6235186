//! Asking the abuse guard about a message that is written within a unit of work.

use std::net::IpAddr;
use std::sync::OnceLock;

use super::Accounts;
use crate::ports::{RateLimited, RateLimitedAction};
use crate::services::Doorkeeper;
use crate::user::UserId;

/// The guard's decision about one message. A use case asks only once it knows that it will write the message, because
/// a refused use case mails nobody and must not count; the decision stands however often the unit of work runs.
pub(super) struct MailPermit {
    doorkeeper: Doorkeeper,
    ip: Option<IpAddr>,
    user_id: UserId,
    decision: OnceLock<Result<(), RateLimited>>,
}

impl Accounts {
    /// A permit for a message about this account that the client at `ip` caused. The guard is not asked yet.
    pub(super) fn mail_permit(&self, user_id: UserId, ip: Option<IpAddr>) -> MailPermit {
        MailPermit {
            doorkeeper: self.doorkeeper.clone(),
            ip,
            user_id,
            decision: OnceLock::new(),
        }
    }
}

impl MailPermit {
    /// Asks the guard at the first call, and answers the same at every later one.
    ///
    /// # Errors
    /// [`RateLimited`] if the message must not be written.
    pub(super) fn ask(&self, attempt: RateLimitedAction<'_>) -> Result<(), RateLimited> {
        *self.decision.get_or_init(|| {
            self.doorkeeper
                .admit_to(Some(self.user_id), self.ip, attempt)
        })
    }
}
