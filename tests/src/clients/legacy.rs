//! The dialect under `/api`.

use serde::Deserialize;
use serde_json::json;

use super::azuma::nullable;
use super::{Answer, Http, Sending};

/// A client of the dialect under `/api`.
#[derive(Clone, Debug)]
pub struct Legacy(Http);

/// `GET /api/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Version {
    pub version: String,
}

/// A user's id, as MongoDB writes it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ObjectId {
    /// 24 hex digits.
    #[serde(rename = "$oid")]
    pub oid: String,
}

/// A new session.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct LegacySession {
    pub token: String,
    pub userid: ObjectId,
    pub expiration: String,
}

/// `GET /api/me`.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Me {
    pub _id: ObjectId,
    pub name: String,
    #[serde(deserialize_with = "nullable")]
    pub icon: Option<String>,
    #[serde(deserialize_with = "nullable")]
    pub status: Option<String>,
}

impl Legacy {
    /// A client on these connections.
    pub fn new(http: Http) -> Self {
        Self(http)
    }

    /// `GET /api/`
    pub fn version(&self) -> Sending<Version> {
        self.0.get("/api/").receive()
    }

    /// `GET /api`
    pub fn version_without_slash(&self) -> Sending<Version> {
        self.0.get("/api").receive()
    }

    /// `POST /api/login`
    pub fn login(&self, name: &str, password: &str) -> Sending<LegacySession> {
        let body = json!({"name": name, "password": password});
        self.0.post("/api/login", &body).receive()
    }

    /// `POST /api/register`
    pub fn register(&self, name: &str, password: &str) -> Sending<LegacySession> {
        let body = json!({"name": name, "password": password});
        self.0.post("/api/register", &body).receive()
    }

    /// `GET /api/me` with the token in the header
    pub fn me(&self, token: &str) -> Sending<Me> {
        let request = self.0.get("/api/me").header("Azuma-Session", token);
        request.receive()
    }

    /// `GET /api/me` with the token in the cookie
    pub fn me_by_cookie(&self, token: &str) -> Sending<Me> {
        let cookie = format!("azuma_session={token}");
        let request = self.0.get("/api/me").header("Cookie", cookie);
        request.receive()
    }
}

impl<T> Answer<T> {
    /// The next token that came with the answer, where the header authenticated.
    #[track_caller]
    pub fn next_token(&self) -> Option<String> {
        assert!(
            self.headers.get("Set-Cookie").is_none(),
            "no cookie where the header authenticated"
        );
        self.header("Azuma-Session").map(str::to_owned)
    }

    /// The next token that came with the answer, where the cookie authenticated.
    #[track_caller]
    pub fn next_token_in_cookie(&self) -> Option<String> {
        assert!(
            self.headers.get("Azuma-Session").is_none(),
            "no header where the cookie authenticated"
        );
        let cookie = self.header("Set-Cookie")?;
        let pair = cookie.split(';').next().unwrap_or_default();
        let (name, value) = pair.split_once('=').unwrap_or_default();
        assert_eq!(name, "azuma_session", "the name of the cookie");
        Some(value.to_owned())
    }
}
