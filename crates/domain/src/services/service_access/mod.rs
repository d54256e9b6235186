//! Answers services: whose a token is, what has changed since, who a user is.

mod admit;
mod check_tokens;
mod follow_changes;
mod list_users;

use std::sync::Arc;

pub use admit::ServiceAccessError;
pub use check_tokens::{Answers, CheckTokensError, TokenBatch, WrongTokenCount};
pub use follow_changes::{FollowError, News};
pub use list_users::{KnownUser, UserBatch};

use super::{Doorkeeper, Sessions};
use crate::ports::{ChangeHistory, Clock, Store};

/// The use cases of services. One value serves all requests at once.
pub struct ServiceAccess {
    /// Keeps services and users.
    pub store: Arc<dyn Store>,
    /// Checks tokens of users.
    pub sessions: Arc<Sessions>,
    /// What this node has read of the history.
    pub history: Arc<dyn ChangeHistory>,
    /// Limits requests.
    pub doorkeeper: Doorkeeper,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}
