//! What a server answers.

use std::marker::PhantomData;

use reqwest::Response;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::shapes::is_request_id;

/// An answer: a `T` if the request succeeded, else an [`ApiError`]. Reading it asserts the headers of every answer:
/// `X-Request-Id`, and `Cache-Control: no-store`.
#[derive(Debug)]
#[must_use = "an answer tells whether the request succeeded"]
pub struct Answer<T> {
    /// The status.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: Vec<u8>,
    shape: PhantomData<fn() -> T>,
}

/// The body of an error.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiError {
    /// The code, such as `NOT_FOUND`.
    pub message: String,
    /// The status once more, in the legacy dialect.
    pub code: Option<u16>,
    /// What is taken, in the account dialect.
    pub conflict: Option<super::Conflict>,
    /// What a user can do about it.
    pub reason: Option<String>,
    /// Which field breaks which rule.
    pub detail: Option<String>,
}

impl<T> Answer<T> {
    /// Reads the whole answer; an error if it breaks off.
    pub(super) async fn read(response: Response) -> reqwest::Result<Self> {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.bytes().await?;
        let answer = Self {
            status,
            headers,
            body: body.into(),
            shape: PhantomData,
        };
        assert_eq!(answer.header("Cache-Control"), Some("no-store"));
        assert!(is_request_id(answer.request_id()));
        Ok(answer)
    }

    /// The same, where a successful answer is a `U`.
    pub(super) fn shaped<U>(self) -> Answer<U> {
        let Self {
            status,
            headers,
            body,
            ..
        } = self;
        Answer {
            status,
            headers,
            body,
            shape: PhantomData,
        }
    }

    /// The id of the request it answers.
    #[track_caller]
    pub fn request_id(&self) -> &str {
        self.header("X-Request-Id").expect("X-Request-Id")
    }

    /// A header's value; it must not come twice.
    #[track_caller]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?;
        assert!(
            values.next().is_none(),
            "{name} comes twice: {:?}",
            self.headers
        );
        Some(
            value
                .to_str()
                .unwrap_or_else(|_| panic!("{name} is no text")),
        )
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Asserts a status of success, whatever the body.
    #[track_caller]
    pub fn done(&self, status: u16) {
        assert_eq!(self.status, status, "{}", self.text());
        if status == 204 {
            assert!(self.body.is_empty(), "204 has no body: {}", self.text());
        }
    }

    /// Asserts an error in the form of the current and the account dialect.
    #[track_caller]
    pub fn refused(&self, status: u16, message: &str) {
        let refusal = self.refusal();
        assert_eq!((self.status, refusal.message.as_str()), (status, message));
        assert_eq!(refusal.code, None, "only the legacy dialect has a code");
    }

    /// Asserts an error in the form of the legacy dialect.
    #[track_caller]
    pub fn refused_with_code(&self, status: u16, message: &str) {
        let refusal = self.refusal();
        assert_eq!((self.status, refusal.message.as_str()), (status, message));
        assert_eq!(
            refusal.code,
            Some(status),
            "the legacy dialect repeats the status"
        );
    }

    /// The error it is, whichever dialect's.
    #[track_caller]
    pub fn refusal(&self) -> ApiError {
        assert!(
            self.status >= 400,
            "no error but {}: {}",
            self.status,
            self.text()
        );
        self.parse()
    }

    /// Asserts a 401 that says how to authenticate; `invalid_token` tells whether a token came.
    #[track_caller]
    pub fn challenged(&self, invalid_token: bool) {
        self.challenged_by(self.challenge(), invalid_token);
    }

    /// The same of an answer that offers HTTP Basic as well, as gateways are.
    #[track_caller]
    pub fn challenged_or_basic(&self, invalid_token: bool) {
        let bearer = self.challenge().strip_suffix(r#", Basic realm="azuma""#);
        let bearer = bearer.unwrap_or_else(|| panic!("no Basic: {}", self.challenge()));
        self.challenged_by(bearer, invalid_token);
    }

    fn challenge(&self) -> &str {
        self.header("WWW-Authenticate").unwrap_or_default()
    }

    #[track_caller]
    fn challenged_by(&self, challenge: &str, invalid_token: bool) {
        assert_eq!(
            (self.status, self.refusal().message.as_str()),
            (401, "UNAUTHORIZED")
        );
        if invalid_token {
            assert!(
                challenge.starts_with("Bearer "),
                "WWW-Authenticate: {challenge}"
            );
            assert!(
                challenge.contains(r#"error="invalid_token""#),
                "WWW-Authenticate: {challenge}"
            );
        } else {
            assert_eq!(challenge, "Bearer", "a missing token is no invalid one");
        }
    }

    #[track_caller]
    fn parse<B: DeserializeOwned>(&self) -> B {
        let media_type = self.header("Content-Type").unwrap_or_default();
        assert!(
            media_type.starts_with("application/json"),
            "{} is {media_type:?}, not JSON: {}",
            self.status,
            self.text()
        );
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

impl<T: DeserializeOwned> Answer<T> {
    /// Asserts a status of success and returns the body.
    #[track_caller]
    pub fn success(&self, status: u16) -> T {
        assert_eq!(self.status, status, "{}", self.text());
        self.parse()
    }
}
