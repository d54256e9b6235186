use azuma_domain::ErrorCode;
use serde_json::{Value, json};

use crate::http::api_error::{Dialect, WireCode};

/// How the first Azuma words its refusals: with the status in the body, and a wrong password as 401.
pub struct Legacy;

impl Dialect for Legacy {
    fn wire_code(reason: ErrorCode) -> WireCode {
        match reason {
            ErrorCode::InvalidInput | ErrorCode::InvalidEmail => WireCode::BadRequest,
            ErrorCode::InputTooLarge => WireCode::PayloadTooLarge,
            ErrorCode::InputTimeout => WireCode::RequestTimeout,
            ErrorCode::TokenMissing
            | ErrorCode::TokenInvalid
            | ErrorCode::WrongPassword
            | ErrorCode::PasswordUnreadable => WireCode::Unauthorized,
            ErrorCode::NotVerified => WireCode::Forbidden,
            ErrorCode::UserUnknown | ErrorCode::SessionUnknown | ErrorCode::LinkUnknown => {
                WireCode::NotFound
            }
            ErrorCode::NameTaken | ErrorCode::EmailTaken => WireCode::AlreadyExists,
            ErrorCode::TooManyAttempts { .. } => WireCode::TooManyRequests,
            ErrorCode::Unavailable { .. } => WireCode::ServiceUnavailable,
            ErrorCode::Internal => WireCode::InternalServerError,
        }
    }

    fn body(wire: WireCode, _: Option<ErrorCode>) -> Value {
        json!({ "code": wire.status().as_u16(), "message": wire.message() })
    }
}
