//! Request bodies: their size limit, their timeout, and the two formats (JSON and form).

use std::future::{Ready, poll_fn, ready};
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, TRANSFER_ENCODING};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, rt};
use azuma_domain::ErrorCode;
use azuma_domain::error_code::HasErrorCode;
use futures_core::Stream;
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio::time::sleep;

use super::malformed::{Malformed, parse_form, parse_json};

/// The largest body that a route accepts unless it says otherwise, in bytes.
const MAX_BYTES: usize = 16 * 1024;

/// How long a stopping server waits for bodies that are still being sent.
const LAST_BODIES: Duration = Duration::from_secs(1);

/// A request's body, not yet read. The handler decides when to read it, because the order of checks is part of the
/// contract.
pub struct Body {
    kind: Option<BodyKind>,
    length: Length,
    payload: Payload,
    timeout: Option<Data<BodyTimeout>>,
    /// In bytes.
    most: usize,
}

/// How long a request body may take to arrive.
pub struct BodyTimeout {
    timeout: Duration,
    stopping: watch::Receiver<()>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    Json,
    Form,
    Other,
}

/// The length of a body (RFC 9112 §6.3). Actix's stream may be longer: after `Upgrade: websocket` it yields everything
/// that the connection receives.
#[derive(Clone, Copy)]
pub enum Length {
    Bytes(u64),
    Chunks,
}

/// Why a body was not read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The body does not have the format that the route reads.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The body is larger than the route accepts.
    #[error("the body is too large")]
    TooLarge,
    /// The body did not arrive within `http.body_timeout`.
    #[error("the body did not arrive in time")]
    TimedOut,
    /// The server stopped before the body arrived.
    #[error("the server is stopping and the body has not arrived")]
    Stopping,
}

impl HasErrorCode for BodyError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Malformed(_) => ErrorCode::InvalidInput,
            Self::TooLarge => ErrorCode::InputTooLarge,
            Self::TimedOut => ErrorCode::InputTimeout,
            Self::Stopping => ErrorCode::Unavailable {
                retry_after: LAST_BODIES,
            },
        }
    }
}

impl BodyTimeout {
    /// A body may take `timeout`, but only [`LAST_BODIES`] once the sender of `stopping` is dropped.
    pub fn new(timeout: Duration, stopping: watch::Receiver<()>) -> Self {
        Self { timeout, stopping }
    }

    async fn expired(&self) -> BodyError {
        let mut stopping = self.stopping.clone();
        let stopped = async {
            // The sender never sends; it is dropped when the server stops.
            let _ = stopping.changed().await;
            sleep(LAST_BODIES).await;
        };
        tokio::select! {
            () = sleep(self.timeout) => BodyError::TimedOut,
            () = stopped => BodyError::Stopping,
        }
    }
}

impl Body {
    /// The same body, which may have this many bytes.
    #[must_use]
    pub fn of_at_most(self, bytes: usize) -> Self {
        Self {
            most: bytes,
            ..self
        }
    }

    /// Reads the body as a JSON object and ignores unknown fields. A missing content type counts as JSON.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, BodyError> {
        let kind = self.kind;
        Ok(parse_json(kind, &self.read().await?)?)
    }

    /// The same, for a route whose fields are all optional: an empty body is an empty object, whatever its type.
    pub async fn json_if_any<T: DeserializeOwned + Default>(self) -> Result<T, BodyError> {
        let kind = self.kind;
        match self.read().await?.as_slice() {
            [] => Ok(T::default()),
            bytes => Ok(parse_json(kind, bytes)?),
        }
    }

    /// Reads the body of an HTML form and ignores unknown fields.
    pub async fn form<T: DeserializeOwned>(self) -> Result<T, BodyError> {
        let kind = self.kind;
        Ok(parse_form(kind, &self.read().await?)?)
    }

    async fn read(mut self) -> Result<Vec<u8>, BodyError> {
        let read = match &self.timeout {
            Some(timeout) => tokio::select! {
                biased;
                read = collect(&mut self.payload, self.length, self.most) => read,
                error = timeout.expired() => Err(error),
            },
            None => collect(&mut self.payload, self.length, self.most).await,
        };
        if read.is_err() {
            close_after_answer(self.payload);
        }
        read
    }
}

/// Makes actix close the connection after the response. If a chunked body is dropped early, actix reads it to its end
/// to find the next request, however long the client takes. If the payload is still held when the response is sent,
/// actix closes the connection instead.
fn close_after_answer(payload: Payload) {
    // The spawned task runs only after the handler has returned or awaits.
    rt::spawn(async move { drop(payload) });
}

async fn collect(
    payload: &mut Payload,
    length: Length,
    allowed: usize,
) -> Result<Vec<u8>, BodyError> {
    let most = match length {
        Length::Bytes(most) => usize::try_from(most).unwrap_or(usize::MAX),
        Length::Chunks => usize::MAX,
    };
    if matches!(length, Length::Bytes(_)) && most > allowed {
        return Err(BodyError::TooLarge);
    }
    let mut bytes = Vec::new();
    while bytes.len() < most {
        let chunk = poll_fn(|context| Pin::new(&mut *payload).poll_next(context)).await;
        let chunk = match (chunk, length) {
            (Some(chunk), _) => chunk.map_err(|_| Malformed::BrokenOff)?,
            (None, Length::Chunks) => break,
            (None, Length::Bytes(_)) => return Err(Malformed::BrokenOff.into()),
        };
        let left = most.saturating_sub(bytes.len());
        bytes.extend(chunk.iter().take(left));
        if bytes.len() > allowed {
            return Err(BodyError::TooLarge);
        }
    }
    Ok(bytes)
}

impl FromRequest for Body {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self {
            kind: kind_of(request.headers()),
            length: length_of(request.headers()),
            payload: payload.take(),
            timeout: request.app_data::<Data<BodyTimeout>>().cloned(),
            most: MAX_BYTES,
        }))
    }
}

/// `None` if the request has no content type.
pub fn kind_of(headers: &HeaderMap) -> Option<BodyKind> {
    let value = headers.get(CONTENT_TYPE)?;
    // Parameters such as `charset` are ignored.
    let essence = value.as_bytes().split(|byte| *byte == b';').next()?;
    let essence = essence.trim_ascii();
    if essence.eq_ignore_ascii_case(b"application/json") {
        Some(BodyKind::Json)
    } else if essence.eq_ignore_ascii_case(b"application/x-www-form-urlencoded") {
        Some(BodyKind::Form)
    } else {
        Some(BodyKind::Other)
    }
}

/// Actix has already refused requests whose length headers contradict each other.
pub fn length_of(headers: &HeaderMap) -> Length {
    if headers.contains_key(TRANSFER_ENCODING) {
        return Length::Chunks;
    }
    let length = headers.get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.trim().parse().ok());
    Length::Bytes(length.unwrap_or(0))
}
