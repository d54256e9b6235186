//! Asks the abuse guard about a message that is written within a unit of work.

use std::net::IpAddr;
use std::sync::OnceLock;

use super::Doorkeeper;
use crate::ports::{RateLimited, RateLimitedAction};
use crate::user::UserId;

/// The guard's decision about one message. A use case asks only when it knows that it will write the message, because a
/// use case that is refused sends no message and must not count. If the unit of work runs again, the decision stays.
pub(super) struct MailPermit {
    doorkeeper: Doorkeeper,
    ip: Option<IpAddr>,
    user_id: UserId,
    decision: OnceLock<Result<(), RateLimited>>,
}

impl MailPermit {
    /// A permit for a message about this account that the client at `ip` caused. The guard is not asked yet.
    pub(super) fn new(doorkeeper: Doorkeeper, user_id: UserId, ip: Option<IpAddr>) -> Self {
        Self {
            doorkeeper,
            ip,
            user_id,
            decision: OnceLock::new(),
        }
    }

    /// The account that the message is about.
    pub(super) fn user_id(&self) -> UserId {
        self.user_id
    }

    /// Asks the guard at the first call. Every later call returns the same decision.
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
