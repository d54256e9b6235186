//! The dialect `azuma`: users, their sessions and their second factor.

mod update;

use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;

pub use update::Update;

use crate::answer::Done;
use crate::call::{Call, Carrier};
use crate::ids::{SessionId, UserId};
use crate::moment::{rfc3339, rfc3339_if_any};
use crate::secret::Token;
use crate::server::Server;
use crate::session::Session;

/// A client of the dialect `azuma`.
#[derive(Clone, Debug)]
pub struct Azuma(Server);

/// What a server is.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
#[allow(missing_docs)]
pub struct Index {
    pub name: String,
    pub version: String,
    pub authors: Vec<String>,
    pub license: String,
}

/// A new session.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Issued {
    /// Its token; `None` where the account waits until its address is verified.
    pub token: Option<Token>,
}

/// A user as others see it.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
#[allow(missing_docs)]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub icon: Option<String>,
    pub status: Option<String>,
    #[serde(deserialize_with = "rfc3339")]
    pub created_at: OffsetDateTime,
}

/// The session's own user.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
#[allow(missing_docs)]
pub struct OwnUser {
    pub id: UserId,
    pub name: String,
    pub email: Option<String>,
    /// Whether the user has followed a link that was mailed to the address.
    pub email_verified: bool,
    pub icon: Option<String>,
    pub status: Option<String>,
    #[serde(deserialize_with = "rfc3339")]
    pub created_at: OffsetDateTime,
}

/// A user after an update.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
#[allow(missing_docs)]
pub struct Updated {
    pub id: UserId,
    pub name: String,
    #[serde(deserialize_with = "rfc3339")]
    pub created_at: OffsetDateTime,
}

/// The sessions of a user.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Sessions {
    /// The newest first.
    pub sessions: Vec<SessionEntry>,
}

/// One of a user's sessions.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
#[allow(missing_docs)]
pub struct SessionEntry {
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    #[serde(deserialize_with = "rfc3339")]
    pub created_at: OffsetDateTime,
    /// `None` for a session that was never used.
    #[serde(deserialize_with = "rfc3339_if_any")]
    pub last_used_at: Option<OffsetDateTime>,
    #[serde(deserialize_with = "rfc3339")]
    pub expires_at: OffsetDateTime,
    pub user_agent: Option<String>,
    pub ip: Option<String>,
}

/// The state of a second factor.
#[derive(Clone, Copy, Debug, Deserialize)]
#[non_exhaustive]
pub struct Factor {
    /// Whether logins need a code.
    pub enabled: bool,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
}

/// A second factor that is being set up. It cannot be printed.
#[derive(Clone, Deserialize)]
#[non_exhaustive]
pub struct NewFactor {
    /// In base 32, for an app.
    pub secret: String,
    /// `otpauth:`, for a QR code.
    pub url: String,
}

/// The recovery codes, which are shown this once. They cannot be printed.
#[derive(Clone, Deserialize)]
#[non_exhaustive]
#[allow(missing_docs)]
pub struct RecoveryCodes {
    pub recovery_codes: Vec<String>,
}

/// Which sessions a logout ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logout {
    /// The session that asks.
    Here,
    /// All of the user's.
    Everywhere,
}

impl Azuma {
    pub(crate) fn on(server: Server) -> Self {
        Self(server)
    }

    /// `GET /`
    pub fn index(&self) -> Call<'static, Index> {
        Call::get(&self.0, "/")
    }

    /// `POST /users`
    pub fn register(&self, name: &str, email: &str, password: &str) -> Call<'static, Issued> {
        let body = json!({"name": name, "email": email, "password": password});
        Call::post(&self.0, "/users").json(&body)
    }

    /// `POST /users` with an invitation's code
    pub fn register_invited(
        &self,
        name: &str,
        email: &str,
        password: &str,
        invite: &str,
    ) -> Call<'static, Issued> {
        let body = json!({"name": name, "email": email, "password": password, "invite": invite});
        Call::post(&self.0, "/users").json(&body)
    }

    /// `POST /user/login`
    pub fn login(&self, name: &str, password: &str) -> Call<'static, Issued> {
        let body = json!({"name": name, "password": password});
        Call::post(&self.0, "/user/login").json(&body)
    }

    /// `PATCH /user/update`
    pub fn update<'a>(&self, session: &'a Session, update: &Update) -> Call<'a, Updated> {
        Call::patch(&self.0, "/user/update")
            .with(session, Carrier::Bearer)
            .json(update)
    }

    /// `GET /user/self`
    pub fn own_user<'a>(&self, session: &'a Session) -> Call<'a, OwnUser> {
        Call::get(&self.0, "/user/self").with(session, Carrier::Bearer)
    }

    /// `GET /user/{id}`
    pub fn user<'a>(&self, session: &'a Session, id: UserId) -> Call<'a, User> {
        Call::get(&self.0, format!("/user/{id}")).with(session, Carrier::Bearer)
    }

    /// `DELETE /user/self`
    pub fn delete_self<'a>(&self, session: &'a Session) -> Call<'a, Done> {
        Call::delete(&self.0, "/user/self").with(session, Carrier::Bearer)
    }

    /// `DELETE /user/self` with the current password
    pub fn delete_self_with<'a>(&self, session: &'a Session, password: &str) -> Call<'a, Done> {
        self.delete_self(session)
            .json(&json!({"current_password": password}))
    }

    /// `GET /user/sessions`
    pub fn sessions<'a>(&self, session: &'a Session) -> Call<'a, Sessions> {
        Call::get(&self.0, "/user/sessions").with(session, Carrier::Bearer)
    }

    /// `DELETE /user/sessions/{id}`
    pub fn end_session<'a>(&self, session: &'a Session, id: SessionId) -> Call<'a, Done> {
        Call::delete(&self.0, format!("/user/sessions/{id}")).with(session, Carrier::Bearer)
    }

    /// `POST /user/logout`
    pub fn logout<'a>(&self, session: &'a Session, which: Logout) -> Call<'a, Done> {
        let path = match which {
            Logout::Here => "/user/logout",
            Logout::Everywhere => "/user/logout?everywhere=true",
        };
        Call::post(&self.0, path).with(session, Carrier::Bearer)
    }

    /// `GET /user/factors/totp`
    pub fn factor<'a>(&self, session: &'a Session) -> Call<'a, Factor> {
        Call::get(&self.0, "/user/factors/totp").with(session, Carrier::Bearer)
    }

    /// `POST /user/factors/totp`
    pub fn set_up_factor<'a>(&self, session: &'a Session) -> Call<'a, NewFactor> {
        Call::post(&self.0, "/user/factors/totp").with(session, Carrier::Bearer)
    }

    /// `POST /user/factors/totp/confirm`
    pub fn confirm_factor<'a>(&self, session: &'a Session, otp: &str) -> Call<'a, RecoveryCodes> {
        Call::post(&self.0, "/user/factors/totp/confirm")
            .with(session, Carrier::Bearer)
            .json(&json!({"otp": otp}))
    }

    /// `DELETE /user/factors/totp`, with a code
    pub fn remove_factor<'a>(&self, session: &'a Session, otp: &str) -> Call<'a, Done> {
        Call::delete(&self.0, "/user/factors/totp")
            .with(session, Carrier::Bearer)
            .json(&json!({"otp": otp}))
    }
}
