//! Request and response bodies (DTOs).

use azuma_domain::services::{IssuedSession, Login, Registration};
use azuma_domain::session::Client;
use azuma_domain::user::{Icon, LoginName, Password, PasswordRules, Status, User, UserName};
use serde::{Deserialize, Serialize};

use super::object_id::ObjectId;
use crate::http::fields::{FieldError, new_password};

/// The response of `GET /api/`.
#[derive(Serialize)]
pub struct VersionResponse {
    pub version: &'static str,
}

/// The request body of login and registration.
#[derive(Deserialize)]
pub struct CredentialsRequest {
    name: String,
    password: String,
}

impl CredentialsRequest {
    pub fn into_login(self, client: Client) -> Result<Login, FieldError> {
        Ok(Login {
            name: LoginName::parse(&self.name)?,
            password: Password::parse(&self.password)?,
            client,
        })
    }

    pub fn into_registration(
        self,
        rules: PasswordRules,
        client: Client,
    ) -> Result<Registration, FieldError> {
        Ok(Registration {
            name: UserName::parse(&self.name)?,
            email: None,
            password: new_password(&self.password, rules)?,
            client,
        })
    }
}

/// The response of login and registration.
#[derive(Serialize)]
pub struct SessionResponse {
    token: String,
    userid: ObjectId,
    expiration: String,
}

impl From<IssuedSession> for SessionResponse {
    fn from(issued: IssuedSession) -> Self {
        Self {
            token: issued.token.expose().to_owned(),
            userid: ObjectId::from(&issued.user),
            expiration: issued.expires_at.to_string(),
        }
    }
}

/// The response of `GET /api/me`.
#[derive(Serialize)]
pub struct MeResponse<'a> {
    _id: ObjectId,
    name: &'a str,
    icon: Option<&'a str>,
    status: Option<&'a str>,
}

impl<'a> From<&'a User> for MeResponse<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            _id: ObjectId::from(user),
            name: user.name.as_str(),
            icon: user.icon.as_ref().map(Icon::as_str),
            status: user.status.as_ref().map(Status::as_str),
        }
    }
}
