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

    /// The session's next token, if the answer brings it. What can be no token, as something between client and server may
    /// have left it, is none.
    pub(crate) fn next_token(&self) -> Option<Token> {
        if let Some(token) = self.header("azuma-session").filter(|text| is_token(text)) {
            return Some(Token::new(token));
        }
        self.headers
            .get_all("set-cookie")
            .iter()
            .filter_map(|cookie| cookie.to_str().ok()?.split(';').next()?.split_once('='))
            .map(|(name, value)| (name.trim(), value.trim()))
            .find(|(name, value)| *name == COOKIE && is_token(value))
            .map(|(_, value)| Token::new(value))
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next_token(headers: &[(&'static str, &'static str)]) -> Option<Token> {
        let headers = headers.iter().map(|(name, value)| {
            let name = http::HeaderName::from_static(name);
            (name, http::HeaderValue::from_static(value))
        });
        let answer = Answer {
            status: StatusCode::OK,
            headers: headers.collect(),
            body: Bytes::new(),
        };
        answer.next_token()
    }

    #[test]
    fn what_is_no_token_replaces_none() {
        assert_eq!(next_token(&[]), None);
        for text in ["", " ", "a b"] {
            assert_eq!(next_token(&[("azuma-session", text)]), None, "{text:?}");
        }
        for cookie in ["azuma_session=; Max-Age=0", "azuma_session= ", "other=a"] {
            assert_eq!(next_token(&[("set-cookie", cookie)]), None, "{cookie:?}");
        }
    }

    #[test]
    fn a_next_token_comes_in_a_header_or_a_cookie() {
        let next = Some(Token::new("next"));
        let cookie = ("set-cookie", "azuma_session=next; Path=/");
        assert_eq!(next_token(&[("azuma-session", "next")]), next);
        assert_eq!(next_token(&[("azuma-session", ""), cookie]), next);
    }
}
