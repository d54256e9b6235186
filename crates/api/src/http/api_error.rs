//! Turning errors into answers.

use std::error::Error;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use azuma_domain::ErrorCode;
use azuma_domain::error_code::HasErrorCode;
use serde_json::{Value, json};

/// A status with the message that goes with it (`docs/api/contract.md`, "Bodies and errors").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireCode {
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

impl WireCode {
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

/// How a dialect words its refusals.
pub trait Dialect: 'static {
    /// The status and message of each reason, in one exhaustive `match`.
    fn wire_code(reason: ErrorCode) -> WireCode;

    /// The JSON body of a refusal; `reason` is `None` where the router refuses.
    fn body(wire: WireCode, reason: Option<ErrorCode>) -> Value {
        let _ = reason;
        json!({ "message": wire.message() })
    }

    /// A refusal by the router, which knows no reason but the code.
    fn refuse(wire: WireCode) -> HttpResponse {
        HttpResponse::build(wire.status()).json(Self::body(wire, None))
    }
}

/// A use case's refusal on its way to an answer in the words of dialect `D`.
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

/// For the log alone; answers show none of it.
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
        D::wire_code(self.reason).status()
    }

    fn error_response(&self) -> HttpResponse {
        if self.reason == ErrorCode::PasswordUnreadable {
            // The client is told what any wrong password is told.
            tracing::warn!("{self}");
        }
        let wire = D::wire_code(self.reason);
        let mut answer = HttpResponse::build(wire.status());
        if wire == WireCode::Unauthorized {
            answer.insert_header((WWW_AUTHENTICATE, challenge(self.reason)));
        }
        if let ErrorCode::TooManyAttempts { retry_after } | ErrorCode::Unavailable { retry_after } =
            self.reason
        {
            answer.insert_header((RETRY_AFTER, whole_seconds(retry_after)));
        }
        answer.json(D::body(wire, Some(self.reason)))
    }
}

/// RFC 6750 §3: the error is named only where a token came.
fn challenge(reason: ErrorCode) -> &'static str {
    match reason {
        ErrorCode::TokenInvalid => "Bearer error=\"invalid_token\"",
        _ => "Bearer",
    }
}

/// A span in whole seconds, one at least, rounded up: `Retry-After` counts them, and who waits them is let in.
pub fn whole_seconds(span: Duration) -> u64 {
    span.as_secs() + u64::from(span.subsec_nanos() > 0).max(u64::from(span.is_zero()))
}
