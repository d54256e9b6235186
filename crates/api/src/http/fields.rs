//! Parses the fields that several dialects share into domain types.

use azuma_domain::ErrorCode;
use azuma_domain::error_code::HasErrorCode;
use azuma_domain::factor::GivenCode;
use azuma_domain::invite::InviteCode;
use azuma_domain::user::{
    CurrentPasswordRule, GivenPassword, InvalidEmailAddress, InvalidIcon, InvalidLoginName,
    InvalidPassword, InvalidStatus, InvalidUserName, NewPassword, Password, PasswordRules,
    PasswordTooShort,
};

/// Why a field is invalid. The error does not keep the value, so no log can show it.
#[derive(Debug, thiserror::Error)]
pub enum FieldError {
    #[error(transparent)]
    Name(#[from] InvalidUserName),
    #[error(transparent)]
    LoginName(#[from] InvalidLoginName),
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
    #[error("`everywhere` in the query must be `true` or `false`")]
    Everywhere,
    #[error("`limit` in the query must be 1 to 100, and `before` the `next` of another page")]
    Page,
    #[error("`wait` in the query must be a whole number from 0 to 30")]
    Wait,
    #[error("`after` in the query must be the `position` of another answer")]
    After,
    #[error("`Last-Event-ID` must be the id of another event")]
    LastEvent,
    #[error("`ids` in the query must be 1 to 100 UUIDs with commas between them")]
    Ids,
}

impl HasErrorCode for FieldError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Email(_) => ErrorCode::InvalidEmail,
            Self::Name(_)
            | Self::LoginName(_)
            | Self::Password(_)
            | Self::PasswordTooShort(_)
            | Self::Icon(_)
            | Self::Status(_)
            | Self::Everywhere
            | Self::Page
            | Self::Wait
            | Self::After
            | Self::LastEvent
            | Self::Ids => ErrorCode::InvalidInput,
        }
    }
}

/// The invitation in a request. A malformed one is as good as none.
pub fn invite(text: Option<&str>) -> Option<InviteCode> {
    InviteCode::parse(text?).ok()
}

/// The code of a second factor: that of the body, or else that of the header.
pub fn given_code(text: Option<&str>, header: Option<GivenCode>) -> Option<GivenCode> {
    text.map(GivenCode::read).or(header)
}

/// Parses the current password, if one was given.
pub fn current_password(text: Option<String>) -> Result<Option<GivenPassword>, FieldError> {
    Ok(text.map(|text| GivenPassword::parse(&text)).transpose()?)
}

/// Parses the current password, if the rule asks for it and one was given.
pub fn current_password_if_asked(
    text: Option<String>,
    rule: CurrentPasswordRule,
) -> Result<Option<GivenPassword>, FieldError> {
    match rule {
        CurrentPasswordRule::NotAsked => Ok(None),
        CurrentPasswordRule::Required => current_password(text),
    }
}

/// Parses a new password and checks it against the password rules.
pub fn new_password(text: &str, rules: PasswordRules) -> Result<NewPassword, FieldError> {
    Ok(rules.accept(Password::parse(text)?)?)
}
