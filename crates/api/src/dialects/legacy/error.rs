use azuma_domain::ErrorCode;
use serde_json::{Value, json};

use crate::http::api_error::{Dialect, ResponseCode};

/// The first Azuma's error responses: the body repeats the status, and a wrong password is 401.
pub struct Legacy;

impl Dialect for Legacy {
    fn response_code(reason: ErrorCode) -> ResponseCode {
        match reason {
            ErrorCode::InvalidInput
            | ErrorCode::InvalidEmail
            | ErrorCode::PasswordGuessable
            | ErrorCode::CurrentPasswordMissing => ResponseCode::BadRequest,
            ErrorCode::InputTooLarge => ResponseCode::PayloadTooLarge,
            ErrorCode::InputTimeout => ResponseCode::RequestTimeout,
            ErrorCode::TokenMissing
            | ErrorCode::TokenInvalid
            | ErrorCode::WrongPassword
            | ErrorCode::SecondFactorMissing
            | ErrorCode::SecondFactorWrong
            | ErrorCode::PasswordUnreadable => ResponseCode::Unauthorized,
            ErrorCode::NotVerified
            | ErrorCode::AccountDisabled
            | ErrorCode::RegistrationClosed
            | ErrorCode::InviteInvalid
            | ErrorCode::EmailDomainRefused => ResponseCode::Forbidden,
            ErrorCode::UserUnknown
            | ErrorCode::FactorUnknown
            | ErrorCode::SessionUnknown
            | ErrorCode::LinkUnknown => ResponseCode::NotFound,
            ErrorCode::NameTaken | ErrorCode::EmailTaken | ErrorCode::FactorEnabled => {
                ResponseCode::AlreadyExists
            }
            ErrorCode::TooManyAttempts { .. } => ResponseCode::TooManyRequests,
            ErrorCode::Unavailable { .. } => ResponseCode::ServiceUnavailable,
            ErrorCode::Internal => ResponseCode::InternalServerError,
        }
    }

    fn body(code: ResponseCode, _: Option<ErrorCode>) -> Value {
        json!({ "code": code.status().as_u16(), "message": code.message() })
    }
}
