use azuma_domain::ErrorCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::api_error::{Dialect, ErrorBody, Problem, ResponseCode};

/// The first Azuma's error responses: the body repeats the status, and a wrong password is 401.
pub struct Legacy;

/// The body of an error response.
#[derive(Serialize, ToSchema)]
pub struct LegacyErrorBody {
    /// The status of the response.
    code: u16,
    #[serde(flatten)]
    common: ErrorBody,
}

impl Dialect for Legacy {
    type Body = LegacyErrorBody;

    fn body(code: ResponseCode, problem: Option<Problem>) -> LegacyErrorBody {
        LegacyErrorBody {
            code: code.status().as_u16(),
            common: ErrorBody::new(code, problem),
        }
    }

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
}
