use azuma_domain::ErrorCode;

use crate::http::api_error::{Dialect, ErrorBody, Problem, ResponseCode};

/// The current API's error responses; the router uses them for paths outside of all dialects.
pub struct Azuma;

impl Dialect for Azuma {
    type Body = ErrorBody;

    fn body(code: ResponseCode, problem: Option<Problem>) -> ErrorBody {
        ErrorBody::new(code, problem)
    }

    fn response_code(reason: ErrorCode) -> ResponseCode {
        match reason {
            ErrorCode::InvalidInput
            | ErrorCode::InvalidEmail
            | ErrorCode::PasswordGuessable
            | ErrorCode::CurrentPasswordMissing => ResponseCode::BadRequest,
            ErrorCode::InputTooLarge => ResponseCode::PayloadTooLarge,
            ErrorCode::InputTimeout => ResponseCode::RequestTimeout,
            ErrorCode::TokenMissing | ErrorCode::TokenInvalid => ResponseCode::Unauthorized,
            ErrorCode::WrongPassword
            | ErrorCode::SecondFactorMissing
            | ErrorCode::SecondFactorWrong
            | ErrorCode::PasswordUnreadable
            | ErrorCode::NotVerified
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
}
