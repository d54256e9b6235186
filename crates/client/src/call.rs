//! A request, and when it is sent again.

#[cfg(test)]
mod tests;

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Method, Request, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::sleep;

use crate::answer::Answer;
use crate::error::Error;
use crate::secret::Token;
use crate::server::Server;
use crate::session::Session;

/// How often a call is sent at most.
const MOST_ATTEMPTS: u32 = 3;
/// The pause before the second attempt, where the server names none; the third waits twice as long.
const PAUSE: Duration = Duration::from_millis(100);

/// The header of a session's token, in the dialect `legacy`.
const SESSION: HeaderName = HeaderName::from_static("azuma-session");
/// The header of a code of the second factor.
const OTP: HeaderName = HeaderName::from_static("azuma-otp");

/// A request whose answer is a `T`. It is sent once it is awaited.
///
/// What is safe is sent again, at most three times in all: a request that only reads, or that may happen twice, whenever
/// it got no answer or a 503; any other where it was refused and so changed nothing: by a limit, with `Retry-After`, or
/// with 401 after the session got another token than the one that was sent.
#[must_use = "it is sent once it is awaited"]
pub struct Call<'a, T> {
    server: Server,
    method: Method,
    path: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
    session: Option<(&'a Session, Carrier)>,
    repeat: Repeat,
    timeout: Duration,
    is_sendable: Sendable,
    answers: PhantomData<fn() -> T>,
}

/// Where a request carries its session's token.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Carrier {
    /// `Authorization: Bearer …`
    Bearer,
    /// `Azuma-Session: …`
    Header,
}

/// Whether a request may happen twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It may.
    Safe,
    /// It may not.
    Never,
}

/// Whether a request can be sent as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sendable {
    Yes,
    No,
}

impl<T> fmt::Debug for Call<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

impl<'a, T> Call<'a, T> {
    fn new(server: &Server, method: Method, path: impl Into<String>) -> Self {
        Self {
            repeat: match method.is_safe() {
                true => Repeat::Safe,
                false => Repeat::Never,
            },
            server: server.clone(),
            method,
            path: path.into(),
            headers: Vec::new(),
            body: Bytes::new(),
            session: None,
            timeout: server.patience.timeout,
            is_sendable: Sendable::Yes,
            answers: PhantomData,
        }
    }

    pub(crate) fn get(server: &Server, path: impl Into<String>) -> Self {
        Self::new(server, Method::GET, path)
    }

    pub(crate) fn post(server: &Server, path: impl Into<String>) -> Self {
        Self::new(server, Method::POST, path)
    }

    pub(crate) fn patch(server: &Server, path: impl Into<String>) -> Self {
        Self::new(server, Method::PATCH, path)
    }

    pub(crate) fn delete(server: &Server, path: impl Into<String>) -> Self {
        Self::new(server, Method::DELETE, path)
    }

    /// Sends a value as JSON.
    pub(crate) fn json(self, body: &impl Serialize) -> Self {
        let json = HeaderValue::from_static("application/json");
        match serde_json::to_vec(body) {
            Ok(body) => self.body(json, body),
            Err(_) => self.unsendable(),
        }
    }

    pub(crate) fn body(mut self, media_type: HeaderValue, body: impl Into<Bytes>) -> Self {
        self.headers.push((CONTENT_TYPE, media_type));
        self.body = body.into();
        self
    }

    pub(crate) fn with(mut self, session: &'a Session, carrier: Carrier) -> Self {
        self.session = Some((session, carrier));
        self
    }

    pub(crate) fn bearer(self, secret: &str) -> Self {
        self.secret(AUTHORIZATION, &format!("Bearer {secret}"))
    }

    pub(crate) fn repeated(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    pub(crate) fn within(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Brings a code of the second factor along.
    pub fn code(self, otp: &str) -> Self {
        self.secret(OTP, otp)
    }

    fn secret(mut self, name: HeaderName, value: &str) -> Self {
        match secret(value) {
            Some(value) => {
                self.headers.push((name, value));
                self
            }
            None => self.unsendable(),
        }
    }

    fn unsendable(mut self) -> Self {
        self.is_sendable = Sendable::No;
        self
    }

    /// Sends it once, whatever comes, and answers what came.
    ///
    /// # Errors
    /// [`Error`] if no answer came.
    pub async fn once(&self) -> Result<Answer, Error> {
        self.attempt(self.current().as_ref()).await
    }

    /// The session's token, where there is a session.
    fn current(&self) -> Option<Token> {
        self.session.map(|(session, _)| session.token())
    }

    async fn attempt(&self, sent: Option<&Token>) -> Result<Answer, Error> {
        let request = self.request(sent).ok_or(Error::Unsendable)?;
        let answer = self.server.transport.send(request, self.timeout).await?;
        if let (Some((session, _)), Some(sent), Some(next)) =
            (self.session, sent, answer.next_token())
        {
            session.replace(sent, next);
        }
        Ok(answer)
    }

    fn request(&self, token: Option<&Token>) -> Option<Request<Bytes>> {
        if self.is_sendable == Sendable::No {
            return None;
        }
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(&self.path)
            .body(self.body.clone())
            .ok()?;
        request.headers_mut().extend(self.headers.iter().cloned());
        if let (Some((_, carrier)), Some(token)) = (self.session, token) {
            let (name, value) = match carrier {
                Carrier::Bearer => (
                    AUTHORIZATION,
                    secret(&format!("Bearer {}", token.expose()))?,
                ),
                Carrier::Header => (SESSION, secret(token.expose())?),
            };
            request.headers_mut().insert(name, value);
        }
        Some(request)
    }

    /// Sends it, again where that is safe, and answers what came at last.
    ///
    /// # Errors
    /// [`Error`] if no answer came.
    pub async fn answer(&self) -> Result<Answer, Error> {
        let mut left = self.server.patience.pauses;
        let mut pause = PAUSE;
        for _ in 1..MOST_ATTEMPTS {
            let sent = self.current();
            let outcome = self.attempt(sent.as_ref()).await;
            let wait = match self.again(&outcome, sent.as_ref()) {
                Again::No => return outcome,
                Again::After(wait) => wait.unwrap_or(pause),
            };
            let Some(rest) = left.checked_sub(wait) else {
                return outcome;
            };
            sleep(wait).await;
            left = rest;
            pause = pause.saturating_mul(2);
        }
        self.once().await
    }

    fn again(&self, outcome: &Result<Answer, Error>, sent: Option<&Token>) -> Again {
        match outcome {
            // Another request has got the session its next token meanwhile. What was refused changed nothing.
            Ok(answer)
                if answer.status == StatusCode::UNAUTHORIZED
                    && answer.next_token().is_none()
                    && self.current().as_ref() != sent =>
            {
                Again::After(Some(Duration::ZERO))
            }
            // 403 with `Retry-After` is the limit of the dialect `account`.
            Ok(answer) => match (answer.status.as_u16(), answer.retry_after(), self.repeat) {
                (403 | 429, Some(wait), _) => Again::After(Some(wait)),
                (503, wait, Repeat::Safe) => Again::After(wait),
                _ => Again::No,
            },
            Err(Error::Unreachable(_) | Error::Timeout) if self.repeat == Repeat::Safe => {
                Again::After(None)
            }
            Err(_) => Again::No,
        }
    }
}

/// Whether a call is sent once more, and how long to wait, if that is known.
enum Again {
    No,
    After(Option<Duration>),
}

impl<T: DeserializeOwned> Call<'_, T> {
    /// Sends it; the same as to await it.
    ///
    /// # Errors
    /// [`Error`] if it was refused, or got no answer.
    pub async fn send(self) -> Result<T, Error> {
        self.answer().await?.value()
    }
}

impl<'a, T: DeserializeOwned + 'a> IntoFuture for Call<'a, T> {
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// A header's value that is not printed; `None` if no header can hold it.
fn secret(value: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}
