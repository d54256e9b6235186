//! What a server answers.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::error::{Error, Refusal};
use crate::secret::Token;

/// The cookie of the dialect `legacy`.
const COOKIE: &str = "azuma_session";

/// An answer as it came, for whoever needs more of it than its value.
#[derive(Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers. Those of a session's next token are secret.
    pub headers: HeaderMap,
    /// The body, which may hold tokens.
    pub body: Bytes,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// The value of an answer that has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done;

impl<'de> Deserialize<'de> for Done {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl Answer {
    /// The value of a successful answer.
    ///
    /// # Errors
    /// [`Error::Refused`] if the request was refused, [`Error::Malformed`] if the value is none.
    pub fn value<T: DeserializeOwned>(&self) -> Result<T, Error> {
        if !self.status.is_success() {
            return Err(Error::Refused(Refusal::of(self)));
        }
        let body: &[u8] = match self.body.is_empty() {
            true => b"null",
            false => &self.body,
        };
        serde_json::from_slice(body)
            .map_err(|_| Error::Malformed("its body is not what was asked for"))
    }

    /// The value of a header that is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// How long `Retry-After` says to wait.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let seconds = self.header("retry-after")?.parse().ok()?;
        Some(Duration::from_secs(seconds))
    }

    /// The time by the server's clock when it answered, to the second, rounded down.
    pub(crate) fn date(&self) -> Option<SystemTime> {
        httpdate::parse_http_date(self.header("date")?).ok()
    }

    /// The session's next token, if the answer brings it.
    pub(crate) fn next_token(&self) -> Option<Token> {
        if let Some(token) = self.header("azuma-session") {
            return Some(Token::new(token));
        }
        self.headers
            .get_all("set-cookie")
            .iter()
            .filter_map(|cookie| cookie.to_str().ok()?.split(';').next()?.split_once('='))
            .find(|(name, value)| name.trim() == COOKIE && !value.is_empty())
            .map(|(_, value)| Token::new(value.trim()))
    }
}
