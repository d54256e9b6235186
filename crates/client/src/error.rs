//! Why a request did not succeed.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;

/// Why a request did not succeed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The server refused it.
    #[error("the server refused the request: {0}")]
    Refused(Refusal),
    /// No answer came within the timeout. Whether the request was carried out is unknown.
    #[error("the server did not answer in time")]
    Timeout,
    /// The server could not be reached, or the connection broke. Whether the request was carried out is unknown.
    #[error("the server cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What came is no answer of Azuma.
    #[error("the answer cannot be understood: {0}")]
    Malformed(&'static str),
    /// The request cannot be sent: a token or a code has characters that no header can hold.
    #[error("the request cannot be sent")]
    Unsendable,
}

impl Error {
    /// The refusal, if the server refused the request.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}

/// A refusal.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The status, 300 or more.
    pub status: u16,
    /// What it is, by which a program decides.
    pub code: Code,
    /// What a user can do about it, such as `PASSWORD_GUESSABLE`.
    pub reason: Option<String>,
    /// Which field breaks which rule, in English.
    pub detail: Option<String>,
    /// What is taken, where a registration in the dialect `account` collides.
    pub conflict: Option<Conflict>,
    /// How long to wait before the request is sent again.
    pub retry_after: Option<Duration>,
    /// Whether the password was right and a code of the second factor is missing or wrong.
    pub second_factor: SecondFactor,
}

/// What a refusal is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Code {
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
    /// One that this release does not know, or an answer of something between client and server.
    Other(String),
}

/// What a registration collides with.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Conflict {
    Username,
    Email,
    /// Something that this release does not know.
    #[serde(other)]
    Other,
}

/// Whether a refused login lacks a code of the second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactor {
    /// It does: repeat the request with [`Call::code`](crate::Call::code).
    Required,
    /// The refusal has another reason.
    NotAsked,
}

impl Code {
    fn named(name: &str) -> Self {
        match name {
            "BAD_REQUEST" => Self::BadRequest,
            "UNAUTHORIZED" => Self::Unauthorized,
            "FORBIDDEN" => Self::Forbidden,
            "NOT_FOUND" => Self::NotFound,
            "METHOD_NOT_ALLOWED" => Self::MethodNotAllowed,
            "REQUEST_TIMEOUT" => Self::RequestTimeout,
            "ALREADY_EXISTS" => Self::AlreadyExists,
            "PAYLOAD_TOO_LARGE" => Self::PayloadTooLarge,
            "UNPROCESSABLE_ENTITY" => Self::UnprocessableEntity,
            "NOT_VERIFIED" => Self::NotVerified,
            "TOO_MANY_REQUESTS" => Self::TooManyRequests,
            "INTERNAL_SERVER_ERROR" => Self::InternalServerError,
            "SERVICE_UNAVAILABLE" => Self::ServiceUnavailable,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// The body of a refusal.
#[derive(Deserialize, Default)]
struct Body {
    #[serde(default)]
    message: String,
    reason: Option<String>,
    detail: Option<String>,
    conflict: Option<Conflict>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        match &self.code {
            Code::Other(name) if name.is_empty() => {}
            Code::Other(name) => write!(f, " {name:?}")?,
            code => write!(f, " {code:?}")?,
        }
        match &self.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl Refusal {
    /// The refusal that an answer is; something between client and server may have sent any body.
    pub(crate) fn of(answer: &crate::Answer) -> Self {
        let body: Body = serde_json::from_slice(&answer.body).unwrap_or_default();
        Self {
            status: answer.status.as_u16(),
            code: Code::named(&body.message),
            reason: body.reason,
            detail: body.detail,
            conflict: body.conflict,
            retry_after: answer.retry_after(),
            second_factor: match answer.header("azuma-otp") {
                Some(value) if value.starts_with("required") => SecondFactor::Required,
                _ => SecondFactor::NotAsked,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;
    use crate::Answer;

    fn refusal(status: StatusCode, body: &str) -> Refusal {
        Refusal::of(&Answer {
            status,
            headers: HeaderMap::new(),
            body: body.to_owned().into(),
        })
    }

    #[test]
    fn a_conflict_that_a_later_release_tells_leaves_the_rest_of_the_refusal() {
        for (name, conflict) in [
            ("username", Conflict::Username),
            ("email", Conflict::Email),
            ("phone", Conflict::Other),
        ] {
            let body = format!(r#"{{"message": "ALREADY_EXISTS", "conflict": "{name}"}}"#);
            let refusal = refusal(StatusCode::CONFLICT, &body);
            assert_eq!(refusal.code, Code::AlreadyExists);
            assert_eq!(refusal.conflict, Some(conflict));
        }
    }

    #[test]
    fn a_refusal_says_its_status_its_code_and_its_detail() {
        for (status, body, text) in [
            (StatusCode::BAD_GATEWAY, "<html>", "502"),
            (
                StatusCode::IM_A_TEAPOT,
                r#"{"message": "TEA"}"#,
                r#"418 "TEA""#,
            ),
            (
                StatusCode::FORBIDDEN,
                r#"{"message": "FORBIDDEN"}"#,
                "403 Forbidden",
            ),
            (
                StatusCode::BAD_REQUEST,
                r#"{"message": "BAD_REQUEST", "detail": "the name is too long"}"#,
                "400 BadRequest: the name is too long",
            ),
        ] {
            assert_eq!(refusal(status, body).to_string(), text);
        }
    }
}
