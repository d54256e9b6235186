use azuma_domain::ErrorCode;

use crate::http::api_error::{Dialect, WireCode};

/// How the current API words its refusals; the router's too, where no dialect is asked.
pub struct Azuma;

impl Dialect for Azuma {
    fn wire_code(reason: ErrorCode) -> WireCode {
        match reason {
            ErrorCode::InvalidInput | ErrorCode::InvalidEmail => WireCode::BadRequest,
            ErrorCode::InputTooLarge => WireCode::PayloadTooLarge,
            ErrorCode::InputTimeout => WireCode::RequestTimeout,
            ErrorCode::TokenMissing | ErrorCode::TokenInvalid => WireCode::Unauthorized,
            ErrorCode::WrongPassword | ErrorCode::PasswordUnreadable | ErrorCode::NotVerified => {
                WireCode::Forbidden
            }
            ErrorCode::UserUnknown | ErrorCode::SessionUnknown | ErrorCode::LinkUnknown => {
                WireCode::NotFound
            }
            ErrorCode::NameTaken | ErrorCode::EmailTaken => WireCode::AlreadyExists,
            ErrorCode::TooManyAttempts { .. } => WireCode::TooManyRequests,
            ErrorCode::Unavailable { .. } => WireCode::ServiceUnavailable,
            ErrorCode::Internal => WireCode::InternalServerError,
        }
    }
}
