use azuma_domain::ErrorCode;
use serde_json::{Value, json};

use crate::http::api_error::{Dialect, ResponseCode};

/// The account dialect's error responses. 403 means "blocked for security reasons", and 424 means "not verified yet".
pub struct Account;

impl Dialect for Account {
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

    fn body(code: ResponseCode, reason: Option<ErrorCode>) -> Value {
        let message = code.message();
        match reason {
            Some(ErrorCode::NameTaken) => json!({ "message": message, "conflict": "username" }),
            Some(ErrorCode::EmailTaken) => json!({ "message": message, "conflict": "email" }),
            _ => json!({ "message": message }),
        }
    }
}
