//! Request and response bodies (DTOs).

use azuma_domain::registration::RegistrationRules;
use azuma_domain::services::{IssuedSession, Login, Registration};
use azuma_domain::user::{
    EmailAddress, GivenPassword, Icon, LoginName, PasswordRules, Status, User, UserName,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::object_id::ObjectId;
use crate::http::fields::{FieldError, given_code, invite, new_password};
use crate::http::json::JsonObject;
use crate::http::origin::Origin;

/// The response of `GET /api/`.
#[derive(Serialize, ToSchema)]
pub struct VersionResponse {
    pub version: &'static str,
}

/// The request body of `POST /api/login`.
#[derive(Deserialize, ToSchema)]
pub struct LoginRequest {
    #[schema(min_length = 1)]
    name: String,
    #[schema(min_length = 1)]
    password: String,
    otp: Option<String>,
}

impl LoginRequest {
    pub fn parse(self, origin: Origin) -> Result<Login, FieldError> {
        Ok(Login {
            name: LoginName::parse(&self.name)?,
            password: GivenPassword::parse(&self.password)?,
            code: given_code(self.otp.as_deref(), origin.code),
            source: origin.source,
            language: origin.language,
        })
    }
}

/// The request body of `POST /api/register`. The seed has neither address nor invitation: the address is read only where a
/// registration needs one.
#[derive(Deserialize, ToSchema)]
pub struct RegisterRequest {
    #[schema(min_length = 1)]
    name: String,
    #[schema(min_length = 1)]
    password: String,
    email: Option<String>,
    invite: Option<String>,
}

impl RegisterRequest {
    pub fn parse(
        self,
        registration: &RegistrationRules,
        rules: PasswordRules,
        origin: Origin,
    ) -> Result<Registration, FieldError> {
        let email = self.email.filter(|_| registration.ask_for_email());
        let email = email.as_deref().map(EmailAddress::parse);
        Ok(Registration {
            name: UserName::parse(&self.name)?,
            email: email.transpose()?,
            password: new_password(&self.password, rules)?,
            invite: invite(self.invite.as_deref()),
            source: origin.source,
            language: origin.language,
        })
    }
}

/// The response of login and registration.
#[derive(Serialize, ToSchema)]
pub struct SessionResponse {
    token: String,
    userid: ObjectId,
    #[schema(format = DateTime)]
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

/// The response of a registration whose account waits for verification: all fields are `null`.
#[derive(Default, Serialize, ToSchema)]
pub struct NoSession {
    #[schema(value_type = Option<String>, required)]
    token: (),
    #[schema(value_type = Option<ObjectId>, required)]
    userid: (),
    #[schema(value_type = Option<String>, required, format = DateTime)]
    expiration: (),
}

/// The response of `GET /api/me`.
#[derive(ToSchema)]
pub struct MeResponse<'a> {
    #[schema(rename = "_id")]
    id: ObjectId,
    name: &'a str,
    #[schema(required)]
    icon: Option<&'a str>,
    #[schema(required)]
    status: Option<&'a str>,
}

impl<'a> From<&'a User> for MeResponse<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            id: ObjectId::from(user),
            name: user.name.as_str(),
            icon: user.icon.as_ref().map(Icon::as_str),
            status: user.status.as_ref().map(Status::as_str),
        }
    }
}

impl From<MeResponse<'_>> for JsonObject {
    fn from(user: MeResponse<'_>) -> Self {
        Self::with("_id", user.id)
            .and("name", user.name)
            .and("icon", user.icon)
            .and("status", user.status)
    }
}
