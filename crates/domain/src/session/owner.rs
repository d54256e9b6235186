use crate::error_code::{ErrorCode, HasErrorCode};
use crate::user::{User, UserId};

/// Whose a session is. What is stored of the user may be unreadable, such as a name that an earlier release let in; the
/// session is good all the same, for whatever needs to know no more than whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionOwner {
    /// Names the user.
    pub id: UserId,
    user: Option<User>,
}

/// What is stored of a user cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "what is stored of user {0} cannot be read: mostly a name that an earlier release let in; a new name mends it, and \
     so does setting a password by a mailed link"
)]
pub struct UserUnreadable(pub UserId);

impl HasErrorCode for UserUnreadable {
    fn code(&self) -> ErrorCode {
        ErrorCode::Internal
    }
}

impl SessionOwner {
    /// The user with this id; `None` where what is stored of it cannot be read.
    #[must_use]
    pub fn new(id: UserId, user: Option<User>) -> Self {
        Self { id, user }
    }

    /// What others may learn of the user.
    ///
    /// # Errors
    /// [`UserUnreadable`].
    pub fn profile(&self) -> Result<&User, UserUnreadable> {
        self.user.as_ref().ok_or(UserUnreadable(self.id))
    }
}
