use azuma_domain::ErrorCode;
use serde_json::{Value, json};

use crate::http::api_error::{Dialect, WireCode};

/// How the account service words its refusals: 403 is "blocked for security reasons", 424 "not verified yet".
pub struct Account;

impl Dialect for Account {
    fn wire_code(reason: ErrorCode) -> WireCode {
        match reason {
            ErrorCode::InvalidInput => WireCode::BadRequest,
            ErrorCode::InvalidEmail => WireCode::UnprocessableEntity,
            ErrorCode::InputTooLarge => WireCode::PayloadTooLarge,
            ErrorCode::InputTimeout => WireCode::RequestTimeout,
            ErrorCode::TokenMissing
            | ErrorCode::TokenInvalid
            | ErrorCode::WrongPassword
            | ErrorCode::PasswordUnreadable => WireCode::Unauthorized,
            ErrorCode::NotVerified => WireCode::NotVerified,
            ErrorCode::UserUnknown | ErrorCode::SessionUnknown | ErrorCode::LinkUnknown => {
                WireCode::NotFound
            }
            ErrorCode::NameTaken | ErrorCode::EmailTaken => WireCode::AlreadyExists,
            ErrorCode::TooManyAttempts { .. } => WireCode::Forbidden,
            ErrorCode::Unavailable { .. } => WireCode::ServiceUnavailable,
            ErrorCode::Internal => WireCode::InternalServerError,
        }
    }

    fn body(wire: WireCode, reason: Option<ErrorCode>) -> Value {
        let message = wire.message();
        match reason {
            Some(ErrorCode::NameTaken) => json!({ "message": message, "conflict": "username" }),
            Some(ErrorCode::EmailTaken) => json!({ "message": message, "conflict": "email" }),
            _ => json!({ "message": message }),
        }
    }
}
