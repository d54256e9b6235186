//! Parses the fields that several dialects share into domain types.

use actix_web::HttpRequest;
use azuma_domain::ErrorCode;
use azuma_domain::error_code::HasErrorCode;
use azuma_domain::factor::GivenCode;
use azuma_domain::invite::InviteCode;
use azuma_domain::user::{
    CurrentPasswordRule, GivenPassword, InvalidEmailAddress, InvalidGivenPassword, InvalidIcon,
    InvalidLoginName, InvalidPassword, InvalidStatus, InvalidUserName, NewPassword, Password,
    PasswordRules, PasswordTooShort,
};
use serde::de::DeserializeOwned;

use super::malformed::{Malformed, parse_query};

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
    GivenPassword(#[from] InvalidGivenPassword),
    #[error("`current_password` must have 1 to 1,024 bytes")]
    CurrentPassword,
    #[error(transparent)]
    PasswordTooShort(#[from] PasswordTooShort),
    #[error(transparent)]
    Icon(#[from] InvalidIcon),
    #[error(transparent)]
    Status(#[from] InvalidStatus),
    #[error("`everywhere` in the query must be `true` or `false`")]
    Everywhere,
    #[error("`limit` in the query must be a whole number from 1 to 100")]
    Limit,
    #[error("`before` in the query must be the `next` of another page")]
    Before,
    #[error("`wait` in the query must be a whole number from 0 to 30")]
    Wait,
    #[error("`after` in the query must be the `position` of another answer")]
    After,
    #[error("`Last-Event-ID` must be the id of another event")]
    LastEvent,
    #[error("`ids` in the query must be 1 to 100 UUIDs with commas between them")]
    Ids,
    #[error("`{0}` comes more than once in the query")]
    Repeated(String),
}

impl HasErrorCode for FieldError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Email(_) => ErrorCode::InvalidEmail,
            Self::Name(_)
            | Self::LoginName(_)
            | Self::Password(_)
            | Self::GivenPassword(_)
            | Self::CurrentPassword
            | Self::PasswordTooShort(_)
            | Self::Icon(_)
            | Self::Status(_)
            | Self::Everywhere
            | Self::Limit
            | Self::Before
            | Self::Wait
            | Self::After
            | Self::LastEvent
            | Self::Ids
            | Self::Repeated(_) => ErrorCode::InvalidInput,
        }
    }
}

/// Reads the query of a URL. `rule` is of the field that may have another type, or be missing.
pub fn query<T: DeserializeOwned>(
    request: &HttpRequest,
    rule: FieldError,
) -> Result<T, FieldError> {
    parse_query(request.query_string()).map_err(|error| {
        if let Malformed::Repeated(name) = error {
            return FieldError::Repeated(name);
        }
        rule
    })
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
    let password = text.map(|text| GivenPassword::parse(&text));
    password
        .transpose()
        .map_err(|InvalidGivenPassword| FieldError::CurrentPassword)
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
