//! The reasons for which use cases refuse.

use std::time::Duration;

/// The reason of a refusal. It is not an HTTP status: a wrong password is 403 in one dialect and 401 in another, and
/// each dialect maps reasons to statuses in one exhaustive `match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// The input breaks a rule.
    InvalidInput,
    /// The input is larger than any use case needs.
    InputTooLarge,
    /// The input did not arrive within the timeout.
    InputTimeout,
    /// The e-mail address is invalid.
    InvalidEmail,
    /// The request carries no token.
    TokenMissing,
    /// The token is malformed, repeated, unknown or expired, or its session is revoked.
    TokenInvalid,
    /// The user exists, and the password is wrong.
    WrongPassword,
    /// The new password is one that is guessed first.
    PasswordGuessable,
    /// The change needs the current password, and none was given.
    CurrentPasswordMissing,
    /// The password is right, and a code of the second factor is needed.
    SecondFactorMissing,
    /// The code of the second factor is wrong, or used.
    SecondFactorWrong,
    /// The user has a second factor already.
    FactorEnabled,
    /// The user has no second factor, or none is being set up.
    FactorUnknown,
    /// The user exists, and no password is right, because the stored hash cannot be read.
    PasswordUnreadable,
    /// The password is right, but the account waits for verification.
    NotVerified,
    /// The password is right, but an operator has disabled the account.
    AccountDisabled,
    /// Nobody may register.
    RegistrationClosed,
    /// Registering needs an invitation, and none was given, or one that is unknown, expired or used up.
    InviteInvalid,
    /// No account may have an address at this domain.
    EmailDomainRefused,
    /// No user has this name or id.
    UserUnknown,
    /// The user has no session with this id or token.
    SessionUnknown,
    /// The link is unknown, used or expired.
    LinkUnknown,
    /// Another account has the name.
    NameTaken,
    /// Another account has the address.
    EmailTaken,
    /// The client is rate limited.
    TooManyAttempts {
        /// How long the client must wait.
        retry_after: Duration,
    },
    /// The server is overloaded, or the database does not answer. A later attempt may succeed.
    Unavailable {
        /// How long the client should wait.
        retry_after: Duration,
    },
    /// The server has a defect, or its data cannot be read.
    Internal,
}

/// An error with an [`ErrorCode`]. Every error of a use case has one.
pub trait HasErrorCode: std::error::Error + Send + Sync + 'static {
    /// The reason of the refusal.
    fn code(&self) -> ErrorCode;
}
