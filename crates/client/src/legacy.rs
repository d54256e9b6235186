//! The dialect `legacy`, whose sessions get a next token now and then.

use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;

use crate::call::{Call, Carrier};
use crate::moment::rfc3339_if_any;
use crate::secret::Token;
use crate::server::Server;
use crate::session::Session;

/// A client of the dialect `legacy`. It carries tokens in the header `Azuma-Session`.
#[derive(Clone, Debug)]
pub struct Legacy(Server);

/// What a server is.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
#[allow(missing_docs)]
pub struct Version {
    pub version: String,
}

/// A user's id in this dialect.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ObjectId {
    /// 24 lower-case hexadecimal digits.
    #[serde(rename = "$oid")]
    pub oid: String,
}

/// A new session; `None` in all fields where the account waits until its address is verified.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
#[allow(missing_docs)]
pub struct Issued {
    pub token: Option<Token>,
    pub userid: Option<ObjectId>,
    #[serde(deserialize_with = "rfc3339_if_any")]
    pub expiration: Option<OffsetDateTime>,
}

/// The session's own user.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
#[allow(missing_docs)]
pub struct Me {
    #[serde(rename = "_id")]
    pub id: ObjectId,
    pub name: String,
    pub icon: Option<String>,
    pub status: Option<String>,
}

impl Legacy {
    pub(crate) fn on(server: Server) -> Self {
        Self(server)
    }

    /// `GET /api/`
    pub fn version(&self) -> Call<'static, Version> {
        Call::get(&self.0, "/api/")
    }

    /// `POST /api/login`
    pub fn login(&self, name: &str, password: &str) -> Call<'static, Issued> {
        let body = json!({"name": name, "password": password});
        Call::post(&self.0, "/api/login").json(&body)
    }

    /// `POST /api/register`
    pub fn register(&self, name: &str, password: &str) -> Call<'static, Issued> {
        let body = json!({"name": name, "password": password});
        Call::post(&self.0, "/api/register").json(&body)
    }

    /// `POST /api/register` with an e-mail address
    pub fn register_with_email(
        &self,
        name: &str,
        password: &str,
        email: &str,
    ) -> Call<'static, Issued> {
        let body = json!({"name": name, "password": password, "email": email});
        Call::post(&self.0, "/api/register").json(&body)
    }

    /// `GET /api/me`. Where the session's token is near its end, the answer brings the next one.
    pub fn me<'a>(&self, session: &'a Session) -> Call<'a, Me> {
        Call::get(&self.0, "/api/me").with(session, Carrier::Header)
    }
}
