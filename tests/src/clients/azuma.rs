//! The current dialect.

use reqwest::Method;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use super::{Http, Sending};

/// A client of the current dialect.
#[derive(Clone, Debug)]
pub struct Azuma(Http);

/// `GET /`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Index {
    pub name: String,
    pub version: String,
    pub authors: Vec<String>,
    pub license: String,
}

/// A new session.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Issued {
    pub token: String,
}

/// What to change of a user. The outer `None` leaves a field out, the inner one is `null`.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs)]
pub struct Update {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_password: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Option<String>>,
}

impl Update {
    /// Gives the current password.
    pub fn current_password(self, password: &str) -> Self {
        let current_password = Some(Some(password.to_owned()));
        Self {
            current_password,
            ..self
        }
    }

    /// Sets a name.
    pub fn name(self, name: &str) -> Self {
        let name = Some(Some(name.to_owned()));
        Self { name, ..self }
    }

    /// Sets a password.
    pub fn password(self, password: &str) -> Self {
        let password = Some(Some(password.to_owned()));
        Self { password, ..self }
    }

    /// Sets an e-mail address.
    pub fn email(self, email: &str) -> Self {
        let email = Some(Some(email.to_owned()));
        Self { email, ..self }
    }

    /// Sets an icon, or clears it.
    pub fn icon(self, icon: Option<&str>) -> Self {
        let icon = Some(icon.map(str::to_owned));
        Self { icon, ..self }
    }

    /// Sets a status, or clears it.
    pub fn status(self, status: Option<&str>) -> Self {
        let status = Some(status.map(str::to_owned));
        Self { status, ..self }
    }
}

/// `PATCH /user/update`.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Updated {
    pub id: String,
    pub name: String,
    pub created_at: String,
}

/// `GET /user/self`.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct OwnUser {
    pub id: String,
    pub name: String,
    #[serde(deserialize_with = "nullable")]
    pub email: Option<String>,
    pub email_verified: bool,
    #[serde(deserialize_with = "nullable")]
    pub icon: Option<String>,
    #[serde(deserialize_with = "nullable")]
    pub status: Option<String>,
    pub created_at: String,
}

/// `GET /user/{id}`.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct User {
    pub id: String,
    pub name: String,
    #[serde(deserialize_with = "nullable")]
    pub icon: Option<String>,
    #[serde(deserialize_with = "nullable")]
    pub status: Option<String>,
    pub created_at: String,
}

/// `GET /user/sessions`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Sessions {
    pub sessions: Vec<Session>,
}

/// One of a user's sessions.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Session {
    pub id: String,
    pub current: bool,
    pub created_at: String,
    /// `null` for a session that was never used.
    #[serde(deserialize_with = "nullable")]
    pub last_used_at: Option<String>,
    pub expires_at: String,
    #[serde(deserialize_with = "nullable")]
    pub user_agent: Option<String>,
    #[serde(deserialize_with = "nullable")]
    pub ip: Option<String>,
}

/// A field that may be `null` but must be there.
pub(super) fn nullable<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer)
}

impl Azuma {
    /// A client on these connections.
    pub fn new(http: Http) -> Self {
        Self(http)
    }

    /// The client in Rust for the same server.
    pub fn client(&self) -> azuma_client::azuma::Azuma {
        self.0.client().azuma()
    }

    /// `GET /`
    pub fn index(&self) -> Sending<Index> {
        self.0.get("/").receive()
    }

    /// `POST /users`
    pub fn register(&self, name: &str, email: &str, password: &str) -> Sending<Issued> {
        let body = json!({"name": name, "email": email, "password": password});
        self.0.post("/users", &body).receive()
    }

    /// `POST /user/login`
    pub fn login(&self, name: &str, password: &str) -> Sending<Issued> {
        let body = json!({"name": name, "password": password});
        self.0.post("/user/login", &body).receive()
    }

    /// `PATCH /user/update`
    pub fn update(&self, token: &str, update: &Update) -> Sending<Updated> {
        let request = self.0.request(Method::PATCH, "/user/update");
        request.bearer(token).json(update).receive()
    }

    /// `PATCH /user/update` with a name alone
    pub fn rename(&self, token: &str, name: &str) -> Sending<Updated> {
        self.update(token, &Update::default().name(name))
    }

    /// `PATCH /user/update` with a password alone
    pub fn change_password(&self, token: &str, password: &str) -> Sending<Updated> {
        self.update(token, &Update::default().password(password))
    }

    /// `PATCH /user/update` with an e-mail address alone
    pub fn change_email(&self, token: &str, email: &str) -> Sending<Updated> {
        self.update(token, &Update::default().email(email))
    }

    /// `GET /user/self`
    pub fn own_user(&self, token: &str) -> Sending<OwnUser> {
        self.0.get("/user/self").bearer(token).receive()
    }

    /// `GET /user/{id}`
    pub fn user(&self, token: &str, id: &str) -> Sending<User> {
        let request = self.0.get(&format!("/user/{id}"));
        request.bearer(token).receive()
    }

    /// `DELETE /user/self`
    pub fn delete_self(&self, token: &str) -> Sending<()> {
        self.0.delete("/user/self").bearer(token).receive()
    }

    /// `DELETE /user/self` with the current password
    pub fn delete_self_with(&self, token: &str, password: &str) -> Sending<()> {
        let body = json!({"current_password": password});
        let request = self.0.delete("/user/self").bearer(token);
        request.json(&body).receive()
    }

    /// `GET /user/sessions`
    pub fn sessions(&self, token: &str) -> Sending<Sessions> {
        self.0.get("/user/sessions").bearer(token).receive()
    }

    /// `GET /user/sessions`, where it succeeds
    pub async fn list_sessions(&self, token: &str) -> Vec<Session> {
        self.sessions(token).await.success(200).sessions
    }

    /// The session that a token belongs to
    pub async fn current_session(&self, token: &str) -> Session {
        let mut current = self.list_sessions(token).await;
        current.retain(|session| session.current);
        match <[Session; 1]>::try_from(current) {
            Ok([session]) => session,
            Err(sessions) => panic!("{} sessions are current, not one", sessions.len()),
        }
    }

    /// `DELETE /user/sessions/{id}`
    pub fn revoke_session(&self, token: &str, id: &str) -> Sending<()> {
        let path = format!("/user/sessions/{id}");
        self.0.delete(&path).bearer(token).receive()
    }

    /// `POST /user/logout`
    pub fn logout(&self, token: &str) -> Sending<()> {
        let request = self.0.request(Method::POST, "/user/logout");
        request.bearer(token).receive()
    }

    /// `POST /user/logout?everywhere=true`
    pub fn logout_everywhere(&self, token: &str) -> Sending<()> {
        let path = "/user/logout?everywhere=true";
        let request = self.0.request(Method::POST, path);
        request.bearer(token).receive()
    }
}
