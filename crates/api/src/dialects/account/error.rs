use azuma_domain::ErrorCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::api_error::{Dialect, ErrorBody, Problem, ResponseCode};

/// The account dialect's error responses. 403 means "blocked for security reasons", and 424 means "not verified yet".
pub struct Account;

/// The body of an error response.
#[derive(Serialize, ToSchema)]
pub struct AccountErrorBody {
    #[serde(flatten)]
    common: ErrorBody,
    /// Which of the two is taken: `username` or `email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    conflict: Option<&'static str>,
}

impl Dialect for Account {
    type Body = AccountErrorBody;

    fn body(code: ResponseCode, problem: Option<Problem>) -> AccountErrorBody {
        let conflict = match problem.as_ref().map(|problem| problem.code) {
            Some(ErrorCode::NameTaken) => Some("username"),
            Some(ErrorCode::EmailTaken) => Some("email"),
            _ => None,
        };
        AccountErrorBody {
            common: ErrorBody::new(code, problem),
            conflict,
        }
    }

    fn response_code(reason: ErrorCode) -> ResponseCode {
        match reason {
            ErrorCode::InvalidInput
            | ErrorCode::PasswordGuessable
            | ErrorCode::CurrentPasswordMissing => ResponseCode::BadRequest,
            ErrorCode::InvalidEmail => ResponseCode::UnprocessableEntity,
            ErrorCode::InputTooLarge => ResponseCode::PayloadTooLarge,
            ErrorCode::InputTimeout => ResponseCode::RequestTimeout,
            ErrorCode::TokenMissing
            | ErrorCode::TokenInvalid
            | ErrorCode::WrongPassword
            | ErrorCode::SecondFactorMissing
            | ErrorCode::SecondFactorWrong
            | ErrorCode::PasswordUnreadable => ResponseCode::Unauthorized,
            ErrorCode::NotVerified => ResponseCode::NotVerified,
            ErrorCode::UserUnknown
            | ErrorCode::FactorUnknown
            | ErrorCode::SessionUnknown
            | ErrorCode::LinkUnknown => ResponseCode::NotFound,
            ErrorCode::NameTaken | ErrorCode::EmailTaken | ErrorCode::FactorEnabled => {
                ResponseCode::AlreadyExists
            }
            ErrorCode::AccountDisabled
            | ErrorCode::RegistrationClosed
            | ErrorCode::InviteInvalid
            | ErrorCode::EmailDomainRefused
            | ErrorCode::TooManyAttempts { .. } => ResponseCode::Forbidden,
            ErrorCode::Unavailable { .. } => ResponseCode::ServiceUnavailable,
            ErrorCode::Internal => ResponseCode::InternalServerError,
        }
    }
}
