use crate::error_code::{ErrorCode, HasErrorCode};
use crate::user::{User, UserId};

/// The user of a session. The stored user may be unreadable, for example because an earlier release allowed its name.
/// The session still authenticates, for requests that need only the user's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionOwner {
    /// The id of the user.
    pub id: UserId,
    user: Option<User>,
}

/// The stored user cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the stored row of user {0} cannot be read, most likely because an earlier release allowed its name: the user must \
     set a new name, or a new password by a mailed link"
)]
pub struct UserUnreadable(pub UserId);

impl HasErrorCode for UserUnreadable {
    fn code(&self) -> ErrorCode {
        ErrorCode::Internal
    }
}

impl SessionOwner {
    /// The owner with this id. `user` is `None` if the stored user cannot be read.
    #[must_use]
    pub fn new(id: UserId, user: Option<User>) -> Self {
        Self { id, user }
    }

    /// The public part of the user.
    ///
    /// # Errors
    /// [`UserUnreadable`] if the stored user cannot be read.
    pub fn profile(&self) -> Result<&User, UserUnreadable> {
        self.user.as_ref().ok_or(UserUnreadable(self.id))
    }
}
