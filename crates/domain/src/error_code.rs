//! Why a use case refuses.

use std::time::Duration;

/// The reason of a refusal. It names what happened, not a status: one wrong password is 403 in one dialect and
/// 401 in another, and each dialect decides that in one exhaustive `match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// The input is outside its rules.
    InvalidInput,
    /// The input is larger than any use case needs.
    InputTooLarge,
    /// The input did not arrive in time.
    InputTimeout,
    /// What should be an e-mail address is none.
    InvalidEmail,
    /// No token came.
    TokenMissing,
    /// The token is malformed, repeated, unknown, expired or ended.
    TokenInvalid,
    /// The user exists and the password is not its password.
    WrongPassword,
    /// The user exists and no password is its password: what is stored of it cannot be read.
    PasswordUnreadable,
    /// The password is right and the account waits for verification.
    NotVerified,
    /// No user has that name or id.
    UserUnknown,
    /// The user has no session with that id or token.
    SessionUnknown,
    /// The link is unknown, used or expired.
    LinkUnknown,
    /// Another account has the name.
    NameTaken,
    /// Another account has the address.
    EmailTaken,
    /// The abuse guard asks to wait.
    TooManyAttempts {
        /// How long.
        retry_after: Duration,
    },
    /// The server has more to do than it can, or a part it needs does not answer; trying again helps.
    Unavailable {
        /// After how long.
        retry_after: Duration,
    },
    /// A defect of ours.
    Internal,
}

/// An error that knows its [`ErrorCode`]. Every use case's error does.
pub trait HasErrorCode: std::error::Error + Send + Sync + 'static {
    /// Why it refuses.
    fn code(&self) -> ErrorCode;
}
