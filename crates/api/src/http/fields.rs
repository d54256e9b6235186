//! The fields that several dialects read, from text to domain types.

use azuma_domain::ErrorCode;
use azuma_domain::error_code::HasErrorCode;
use azuma_domain::user::{
    InvalidEmailAddress, InvalidIcon, InvalidPassword, InvalidStatus, InvalidUserName, NewPassword,
    Password, PasswordRules, PasswordTooShort,
};

/// A field outside its rules. The values themselves are not kept, so no log can show them.
#[derive(Debug, thiserror::Error)]
pub enum FieldError {
    #[error(transparent)]
    Name(#[from] InvalidUserName),
    #[error(transparent)]
    Email(#[from] InvalidEmailAddress),
    #[error(transparent)]
    Password(#[from] InvalidPassword),
    #[error(transparent)]
    PasswordTooShort(#[from] PasswordTooShort),
    #[error(transparent)]
    Icon(#[from] InvalidIcon),
    #[error(transparent)]
    Status(#[from] InvalidStatus),
    #[error("the query is not of the form expected")]
    Query,
}

impl HasErrorCode for FieldError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Email(_) => ErrorCode::InvalidEmail,
            Self::Name(_)
            | Self::Password(_)
            | Self::PasswordTooShort(_)
            | Self::Icon(_)
            | Self::Status(_)
            | Self::Query => ErrorCode::InvalidInput,
        }
    }
}

/// Reads a password that is to be set.
pub fn new_password(text: &str, rules: PasswordRules) -> Result<NewPassword, FieldError> {
    Ok(rules.accept(Password::parse(text)?)?)
}
