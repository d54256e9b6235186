//! JSON bodies.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, web};
use azuma_domain::ErrorCode;
use azuma_domain::error_code::Coded;
use serde::de::DeserializeOwned;

/// The largest body any route reads, in bytes.
const MAX_BYTES: usize = 16 * 1024;

/// A request's body, not yet read: a handler reads it when its turn in the order of checks has come.
pub struct Body {
    kind: BodyKind,
    payload: web::Payload,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum BodyKind {
    Json,
    Other,
}

/// Why a body was not read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It is not JSON, or not of the form the route reads.
    #[error("the body is not the JSON object expected")]
    Malformed,
    /// It is larger than 16 KiB.
    #[error("the body is larger than {MAX_BYTES} bytes")]
    TooLarge,
}

impl Coded for BodyError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Malformed => ErrorCode::InvalidInput,
            Self::TooLarge => ErrorCode::InputTooLarge,
        }
    }
}

/// What actix says of a form that it could not read.
impl From<&actix_web::Error> for BodyError {
    fn from(error: &actix_web::Error) -> Self {
        match error.as_response_error().status_code() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            _ => Self::Malformed,
        }
    }
}

impl Body {
    /// Reads the body as a JSON object; unknown fields are passed over.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, BodyError> {
        let bytes = self
            .payload
            .to_bytes_limited(MAX_BYTES)
            .await
            .map_err(|_| BodyError::TooLarge)?
            .map_err(|_| BodyError::Malformed)?;
        if self.kind == BodyKind::Other || !is_object(&bytes) {
            return Err(BodyError::Malformed);
        }
        // serde_json does not look into strings it passes over; all of the body is to be UTF-8.
        let text = std::str::from_utf8(&bytes).map_err(|_| BodyError::Malformed)?;
        serde_json::from_str(text).map_err(|_| BodyError::Malformed)
    }
}

impl FromRequest for Body {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = web::Payload::from_request(request, payload).into_inner();
        ready(payload.map(|payload| Self {
            kind: kind_of(request),
            payload,
        }))
    }
}

/// No content type counts as JSON; parameters such as `charset` are passed over.
fn kind_of(request: &HttpRequest) -> BodyKind {
    let Some(value) = request.headers().get(CONTENT_TYPE) else {
        return BodyKind::Json;
    };
    let essence = value.as_bytes().split(|byte| *byte == b';').next();
    match essence {
        Some(essence)
            if essence
                .trim_ascii()
                .eq_ignore_ascii_case(b"application/json") =>
        {
            BodyKind::Json
        }
        _ => BodyKind::Other,
    }
}

/// serde would read a struct from an array too; the contract's bodies are objects.
fn is_object(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"{")
}
