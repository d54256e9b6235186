//! Request and response bodies (DTOs).

use azuma_domain::Timestamp;
use azuma_domain::services::{IssuedSession, Login, Registration, UserUpdate};
use azuma_domain::session::{ListedSession, SessionId};
use azuma_domain::user::{
    Change, CurrentPasswordRule, EmailAddress, GivenPassword, Icon, LoginName, PasswordRules,
    Status, User, UserName,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::http::fields::{
    FieldError, current_password_if_asked, given_code, invite, new_password,
};
use crate::http::json::JsonObject;
use crate::http::origin::Origin;

/// The response of `GET /`.
#[derive(Serialize, ToSchema)]
pub struct Index<'a> {
    pub name: &'a str,
    pub version: &'a str,
    pub authors: Vec<&'a str>,
    pub license: &'a str,
}

/// The request body of `POST /users`.
#[derive(Deserialize, ToSchema)]
pub struct RegisterRequest {
    #[schema(min_length = 1)]
    name: String,
    #[schema(format = Email, max_length = 254)]
    email: String,
    #[schema(min_length = 1)]
    password: String,
    invite: Option<String>,
}

impl RegisterRequest {
    pub fn parse(self, rules: PasswordRules, origin: Origin) -> Result<Registration, FieldError> {
        Ok(Registration {
            name: UserName::parse(&self.name)?,
            email: Some(EmailAddress::parse(&self.email)?),
            password: new_password(&self.password, rules)?,
            invite: invite(self.invite.as_deref()),
            source: origin.source,
            language: origin.language,
        })
    }
}

/// The request body of `POST /user/login`.
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

/// The request body of `PATCH /user/update`.
#[derive(Deserialize, ToSchema)]
pub struct UpdateRequest {
    current_password: Option<String>,
    otp: Option<String>,
    #[schema(min_length = 1)]
    name: Option<String>,
    #[schema(min_length = 1)]
    password: Option<String>,
    #[schema(format = Email, max_length = 254)]
    email: Option<String>,
    #[serde(default, deserialize_with = "null_clears")]
    #[schema(value_type = Option<String>, required = false, max_length = 2048)]
    icon: Change<String>,
    #[serde(default, deserialize_with = "null_clears")]
    #[schema(value_type = Option<String>, required = false, max_length = 256)]
    status: Change<String>,
}

impl UpdateRequest {
    pub fn parse(
        self,
        rules: PasswordRules,
        current: CurrentPasswordRule,
        origin: Origin,
    ) -> Result<UserUpdate, FieldError> {
        let password = self.password.map(|text| new_password(&text, rules));
        Ok(UserUpdate {
            source: origin.source,
            current_password: current_password_if_asked(self.current_password, current)?,
            code: given_code(self.otp.as_deref(), origin.code),
            name: self.name.map(|text| UserName::parse(&text)).transpose()?,
            password: password.transpose()?,
            email: self
                .email
                .map(|text| EmailAddress::parse(&text))
                .transpose()?,
            icon: self.icon.try_map(|text| Icon::parse(&text))?,
            status: self.status.try_map(|text| Status::parse(&text))?,
        })
    }
}

/// The request body of `POST /user/factors/totp`.
#[derive(Default, Deserialize, ToSchema)]
pub struct FactorRequest {
    pub current_password: Option<String>,
}

/// The request body of `POST /user/factors/totp/confirm` and `DELETE /user/factors/totp`.
#[derive(Default, Deserialize, ToSchema)]
pub struct CodeRequest {
    pub otp: Option<String>,
}

/// The response of `GET /user/factors/totp`.
#[derive(Serialize, ToSchema)]
pub struct FactorResponse {
    pub enabled: bool,
    pub recovery_codes: usize,
}

/// The response of `POST /user/factors/totp`.
#[derive(Serialize, ToSchema)]
pub struct FactorSetUp<'a> {
    pub secret: &'a str,
    pub url: &'a str,
}

/// The response of `POST /user/factors/totp/confirm`.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes<'a> {
    pub recovery_codes: Vec<&'a str>,
}

/// Runs only for a field that is present: `null` clears the value, a string sets it.
fn null_clears<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Change<String>, D::Error> {
    Ok(match Option::deserialize(deserializer)? {
        None => Change::Clear,
        Some(text) => Change::Set(text),
    })
}

/// The response of registration and login.
#[derive(Serialize, ToSchema)]
pub struct TokenResponse {
    token: String,
}

impl From<IssuedSession> for TokenResponse {
    fn from(issued: IssuedSession) -> Self {
        Self {
            token: issued.token.expose().to_owned(),
        }
    }
}

/// The response of a registration whose account waits for verification: `token` is `null`.
#[derive(Default, Serialize, ToSchema)]
pub struct NoToken {
    #[schema(value_type = Option<String>, required)]
    token: (),
}

/// The response of `PATCH /user/update`.
#[derive(Serialize, ToSchema)]
pub struct UpdatedResponse {
    id: Uuid,
    name: String,
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<User> for UpdatedResponse {
    fn from(user: User) -> Self {
        Self {
            id: user.id.uuid(),
            name: user.name.as_str().to_owned(),
            created_at: user.created_at,
        }
    }
}

/// The response of `GET /user/{id}`.
#[derive(Serialize, ToSchema)]
pub struct UserResponse<'a> {
    id: Uuid,
    name: &'a str,
    #[schema(required)]
    icon: Option<&'a str>,
    #[schema(required)]
    status: Option<&'a str>,
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl<'a> From<&'a User> for UserResponse<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            id: user.id.uuid(),
            name: user.name.as_str(),
            icon: user.icon.as_ref().map(Icon::as_str),
            status: user.status.as_ref().map(Status::as_str),
            created_at: user.created_at,
        }
    }
}

/// The response of `GET /user/self`: the fields that other users see, and the address.
#[derive(ToSchema)]
pub struct SelfResponse<'a> {
    id: Uuid,
    name: &'a str,
    #[schema(required)]
    email: Option<&'a str>,
    email_verified: bool,
    #[schema(required)]
    icon: Option<&'a str>,
    #[schema(required)]
    status: Option<&'a str>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl<'a> From<&'a User> for SelfResponse<'a> {
    fn from(user: &'a User) -> Self {
        let UserResponse {
            id,
            name,
            icon,
            status,
            created_at,
        } = user.into();
        let email = user.email.as_ref();
        Self {
            id,
            name,
            email: email.map(|email| email.address().as_str()),
            email_verified: email.is_some_and(|email| email.proved_at().is_some()),
            icon,
            status,
            created_at,
        }
    }
}

impl From<SelfResponse<'_>> for JsonObject {
    fn from(user: SelfResponse<'_>) -> Self {
        Self::with("id", user.id)
            .and("name", user.name)
            .and("email", user.email)
            .and("email_verified", user.email_verified)
            .and("icon", user.icon)
            .and("status", user.status)
            .and("created_at", user.created_at)
    }
}

/// The response of `GET /user/sessions`.
#[derive(Serialize, ToSchema)]
pub struct SessionsResponse {
    sessions: Vec<SessionItem>,
}

#[derive(Serialize, ToSchema)]
struct SessionItem {
    id: Uuid,
    current: bool,
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(required, format = DateTime)]
    last_used_at: Option<String>,
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    #[schema(required)]
    user_agent: Option<String>,
    #[schema(required)]
    ip: Option<String>,
}

impl SessionsResponse {
    /// The list of sessions, in which `current` is marked.
    pub fn new(sessions: Vec<ListedSession>, current: SessionId) -> Self {
        let item = |listed: ListedSession| SessionItem {
            id: listed.session.id.uuid(),
            current: listed.session.id == current,
            created_at: listed.session.created_at,
            last_used_at: listed.last_used_at.map(|at| at.to_string()),
            expires_at: listed.token.expires_at,
            user_agent: listed
                .session
                .client
                .user_agent
                .map(|agent| agent.as_str().to_owned()),
            ip: listed.session.client.ip.map(|ip| ip.to_string()),
        };
        Self {
            sessions: sessions.into_iter().map(item).collect(),
        }
    }
}

/// Serializes a time in the contract's format without an allocation.
pub(super) fn as_text<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(time.text().as_str())
}

/// The query of `POST /user/logout`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LogoutQuery {
    /// `true` ends all of the user's sessions.
    #[serde(default)]
    pub everywhere: bool,
}
