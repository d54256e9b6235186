//! Turns errors into HTTP responses.

use std::error::Error;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use azuma_domain::ErrorCode;
use azuma_domain::error_code::HasErrorCode;
use serde::Serialize;
use utoipa::ToSchema;

/// A status with the message that goes with it (`docs/api/contract.md`, "Bodies and errors").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseCode {
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    RequestTimeout,
    AlreadyExists,
    PayloadTooLarge,
    UnprocessableEntity,
    NotVerified,
    TooManyRequests,
    InternalServerError,
    ServiceUnavailable,
}

impl ResponseCode {
    #[cfg(test)]
    pub const ALL: [Self; 13] = [
        Self::BadRequest,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::RequestTimeout,
        Self::AlreadyExists,
        Self::PayloadTooLarge,
        Self::UnprocessableEntity,
        Self::NotVerified,
        Self::TooManyRequests,
        Self::InternalServerError,
        Self::ServiceUnavailable,
    ];

    pub fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::AlreadyExists => StatusCode::CONFLICT,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnprocessableEntity => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotVerified => StatusCode::FAILED_DEPENDENCY,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::InternalServerError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::ServiceUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    pub fn message(self) -> &'static str {
        match self {
            Self::BadRequest => "BAD_REQUEST",
            Self::Unauthorized => "UNAUTHORIZED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::RequestTimeout => "REQUEST_TIMEOUT",
            Self::AlreadyExists => "ALREADY_EXISTS",
            Self::PayloadTooLarge => "PAYLOAD_TOO_LARGE",
            Self::UnprocessableEntity => "UNPROCESSABLE_ENTITY",
            Self::NotVerified => "NOT_VERIFIED",
            Self::TooManyRequests => "TOO_MANY_REQUESTS",
            Self::InternalServerError => "INTERNAL_SERVER_ERROR",
            Self::ServiceUnavailable => "SERVICE_UNAVAILABLE",
        }
    }
}

/// The header in which a client gives the code of a second factor, and in which an answer asks for it.
pub const OTP_HEADER: &str = "azuma-otp";

/// What a use case refused.
pub struct Problem {
    pub code: ErrorCode,
    /// Which field breaks which rule, where the request is at fault.
    pub detail: Option<String>,
}

/// The fields of an error response that all dialects share.
#[derive(Serialize, ToSchema)]
pub struct ErrorBody {
    /// The code of the error, such as `NOT_FOUND`.
    pub message: &'static str,
    /// What a user can do something about, where status and message do not say enough, such as `PASSWORD_GUESSABLE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<&'static str>,
    /// Which field breaks which rule, in English. It repeats nothing of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<String>,
}

impl ErrorBody {
    pub fn new(code: ResponseCode, problem: Option<Problem>) -> Self {
        Self {
            message: code.message(),
            reason: problem
                .as_ref()
                .and_then(|problem| told_reason(problem.code)),
            detail: problem.and_then(|problem| problem.detail),
        }
    }
}

/// How a dialect maps error codes to responses.
pub trait Dialect: 'static {
    /// The JSON body of an error response.
    type Body: Serialize + ToSchema;

    /// The status and message of each error code, in one exhaustive `match`.
    fn response_code(reason: ErrorCode) -> ResponseCode;

    /// The body of an error response. The router has no problem to pass.
    fn body(code: ResponseCode, problem: Option<Problem>) -> Self::Body;

    /// How a client shall authenticate, in a 401. RFC 6750 §3: it names an error only if the request carried a token.
    fn challenge(reason: ErrorCode) -> String {
        let bearer = match reason {
            ErrorCode::TokenInvalid => "Bearer error=\"invalid_token\"",
            _ => "Bearer",
        };
        bearer.to_owned()
    }

    /// The router's error response.
    fn refuse(code: ResponseCode) -> HttpResponse {
        HttpResponse::build(code.status()).json(Self::body(code, None))
    }
}

/// An error of a use case, which becomes a response of dialect `D`.
pub struct ApiError<D> {
    reason: ErrorCode,
    cause: Box<dyn Error>,
    dialect: PhantomData<D>,
}

impl<D, E: HasErrorCode> From<E> for ApiError<D> {
    fn from(error: E) -> Self {
        Self {
            reason: error.code(),
            cause: Box::new(error),
            dialect: PhantomData,
        }
    }
}

/// For the log. Responses show this text only where the request is at fault.
impl<D> fmt::Display for ApiError<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl<D> fmt::Debug for ApiError<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.reason, f)
    }
}

impl<D: Dialect> ResponseError for ApiError<D> {
    fn status_code(&self) -> StatusCode {
        D::response_code(self.reason).status()
    }

    fn error_response(&self) -> HttpResponse {
        if self.reason == ErrorCode::PasswordUnreadable {
            // The response is the one for a wrong password; only the log tells the operator.
            tracing::warn!("{self}");
        }
        let code = D::response_code(self.reason);
        let mut response = HttpResponse::build(code.status());
        if code == ResponseCode::Unauthorized {
            response.insert_header((WWW_AUTHENTICATE, D::challenge(self.reason)));
        }
        if let ErrorCode::TooManyAttempts { retry_after } | ErrorCode::Unavailable { retry_after } =
            self.reason
        {
            response.insert_header((RETRY_AFTER, whole_seconds(retry_after)));
        }
        if let ErrorCode::SecondFactorMissing | ErrorCode::SecondFactorWrong = self.reason {
            response.insert_header((OTP_HEADER, "required; totp"));
        }
        let detail = match code {
            // The errors of a field hold no value, so that this text can be shown.
            ResponseCode::BadRequest | ResponseCode::UnprocessableEntity => {
                Some(self.cause.to_string())
            }
            _ => None,
        };
        let problem = Problem {
            code: self.reason,
            detail,
        };
        response.json(D::body(code, Some(problem)))
    }
}

/// The field `reason` of an error that a client can tell its user about, where status and message do not say enough. Errors
/// that the seeds name have none.
fn told_reason(reason: ErrorCode) -> Option<&'static str> {
    match reason {
        ErrorCode::PasswordGuessable => Some("PASSWORD_GUESSABLE"),
        ErrorCode::CurrentPasswordMissing => Some("CURRENT_PASSWORD_MISSING"),
        _ => None,
    }
}

/// The duration in whole seconds for `Retry-After`: rounded up, at least 1, so a client that waits this long is
/// admitted.
pub fn whole_seconds(span: Duration) -> u64 {
    span.as_secs() + u64::from(span.subsec_nanos() > 0).max(u64::from(span.is_zero()))
}
