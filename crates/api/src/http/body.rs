//! Bodies: their bounds in size and in time, and the two forms they come in.

use std::future::{Ready, poll_fn, ready};
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, TRANSFER_ENCODING};
use actix_web::web::{Data, Query};
use actix_web::{FromRequest, HttpRequest, rt};
use azuma_domain::ErrorCode;
use azuma_domain::error_code::HasErrorCode;
use futures_core::Stream;
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio::time::sleep;

/// The largest body any route reads, in bytes.
const MAX_BYTES: usize = 16 * 1024;

/// How long a server that is told to stop waits for bodies: what is under way arrives in it.
const LAST_BODIES: Duration = Duration::from_secs(1);

/// A request's body, not yet read: a handler reads it when its turn in the order of checks has come.
pub struct Body {
    kind: Option<BodyKind>,
    length: Length,
    payload: Payload,
    patience: Option<Data<BodyPatience>>,
}

/// How long bodies may take.
pub struct BodyPatience {
    timeout: Duration,
    stopping: watch::Receiver<()>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum BodyKind {
    Json,
    Form,
    Other,
}

/// How much there is of a body (RFC 9112 §6.3). The stream may be longer: after `Upgrade: websocket` actix gives all that
/// ever comes.
#[derive(Clone, Copy)]
enum Length {
    Bytes(u64),
    Chunks,
}

/// Why a body was not read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It is not what the route reads.
    #[error("the body is not of the form expected")]
    Malformed,
    /// It is larger than 16 KiB.
    #[error("the body is larger than {MAX_BYTES} bytes")]
    TooLarge,
    /// It was not there in time.
    #[error("the body did not arrive in time")]
    TimedOut,
    /// It was not there when the server stopped.
    #[error("the server stops, and the body has not arrived yet")]
    Stopping,
}

impl HasErrorCode for BodyError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Malformed => ErrorCode::InvalidInput,
            Self::TooLarge => ErrorCode::InputTooLarge,
            Self::TimedOut => ErrorCode::InputTimeout,
            Self::Stopping => ErrorCode::Unavailable {
                retry_after: LAST_BODIES,
            },
        }
    }
}

impl BodyPatience {
    /// Bodies may take so long, and only a moment once the other end of `stopping` is dropped.
    pub fn new(timeout: Duration, stopping: watch::Receiver<()>) -> Self {
        Self { timeout, stopping }
    }

    async fn is_over(&self) -> BodyError {
        let mut stopping = self.stopping.clone();
        let stopped = async {
            // Nothing is ever sent.
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
    /// Reads the body as a JSON object; unknown fields are passed over. No content type counts as JSON.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, BodyError> {
        let is_json = self.kind.is_none_or(|kind| kind == BodyKind::Json);
        let bytes = self.read().await?;
        if !is_json || !is_object(&bytes) {
            return Err(BodyError::Malformed);
        }
        // serde_json does not look into strings it passes over; all of the body is to be UTF-8.
        let text = std::str::from_utf8(&bytes).map_err(|_| BodyError::Malformed)?;
        serde_json::from_str(text).map_err(|_| BodyError::Malformed)
    }

    /// Reads the body as a page's form sends it; unknown fields are passed over.
    pub async fn form<T: DeserializeOwned>(self) -> Result<T, BodyError> {
        let is_form = self.kind == Some(BodyKind::Form);
        let bytes = self.read().await?;
        if !is_form {
            return Err(BodyError::Malformed);
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| BodyError::Malformed)?;
        // A form is written as a query is.
        let form = Query::<T>::from_query(text).map_err(|_| BodyError::Malformed)?;
        Ok(form.into_inner())
    }

    async fn read(mut self) -> Result<Vec<u8>, BodyError> {
        let read = match &self.patience {
            Some(patience) => tokio::select! {
                biased;
                read = collect(&mut self.payload, self.length) => read,
                error = patience.is_over() => Err(error),
            },
            None => collect(&mut self.payload, self.length).await,
        };
        if read.is_err() {
            close_after_answer(self.payload);
        }
        read
    }
}

/// Where a body in chunks is let go of before its end, actix reads on to find the next request behind it, for as long as the
/// client likes. Where somebody still has it when the answer is sent, actix closes the connection.
fn close_after_answer(payload: Payload) {
    // It runs when whoever answers has answered, or waits.
    rt::spawn(async move { drop(payload) });
}

async fn collect(payload: &mut Payload, length: Length) -> Result<Vec<u8>, BodyError> {
    let most = match length {
        Length::Bytes(most) => usize::try_from(most).unwrap_or(usize::MAX),
        Length::Chunks => usize::MAX,
    };
    if matches!(length, Length::Bytes(_)) && most > MAX_BYTES {
        return Err(BodyError::TooLarge);
    }
    let mut bytes = Vec::new();
    while bytes.len() < most {
        let chunk = poll_fn(|context| Pin::new(&mut *payload).poll_next(context)).await;
        let chunk = match (chunk, length) {
            (Some(chunk), _) => chunk.map_err(|_| BodyError::Malformed)?,
            (None, Length::Chunks) => break,
            (None, Length::Bytes(_)) => return Err(BodyError::Malformed),
        };
        let left = most.saturating_sub(bytes.len());
        bytes.extend(chunk.iter().take(left));
        if bytes.len() > MAX_BYTES {
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
            patience: request.app_data::<Data<BodyPatience>>().cloned(),
        }))
    }
}

/// `None` where the request does not say.
fn kind_of(headers: &HeaderMap) -> Option<BodyKind> {
    let value = headers.get(CONTENT_TYPE)?;
    // Parameters such as `charset` are passed over.
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

/// Actix has refused what contradicts itself.
fn length_of(headers: &HeaderMap) -> Length {
    if headers.contains_key(TRANSFER_ENCODING) {
        return Length::Chunks;
    }
    let length = headers.get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.trim().parse().ok());
    Length::Bytes(length.unwrap_or(0))
}

/// serde would read a struct from an array too; the bodies of the contract (`docs/api/contract.md`) are objects.
fn is_object(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"{")
}
