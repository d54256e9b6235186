//! Request and response bodies (DTOs).

use azuma_domain::services::{AccountRequest, IssuedSession, Login, Recovery, TokenInUse};
use azuma_domain::token::Token;
use azuma_domain::user::{
    EmailAddress, GivenPassword, LoginName, NewPassword, PasswordRules, UserName,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{Array, ArrayBuilder, Object};

use crate::http::fields::{FieldError, given_code, invite, new_password};
use crate::http::origin::Origin;

/// The request body of `POST /account/register`.
#[derive(Deserialize, ToSchema)]
pub struct RegisterRequest {
    #[schema(min_length = 1)]
    username: String,
    #[schema(min_length = 1)]
    password: String,
    #[schema(format = Email, max_length = 254)]
    email: String,
    invite: Option<String>,
}

impl RegisterRequest {
    /// Parses the address last, because a malformed field (400) takes precedence over an invalid address (422).
    pub fn parse(self, rules: PasswordRules, origin: Origin) -> Result<AccountRequest, FieldError> {
        Ok(AccountRequest {
            name: UserName::parse(&self.username)?,
            password: new_password(&self.password, rules)?,
            email: EmailAddress::parse(&self.email)?,
            invite: invite(self.invite.as_deref()),
            source: origin.source,
            language: origin.language,
        })
    }
}

/// The request body of `POST /account/verify` and `DELETE /account/tokens`.
#[derive(Deserialize, ToSchema)]
pub struct TokenRequest {
    pub token: String,
}

/// The request body of `POST /account/recover`.
#[derive(Deserialize, ToSchema)]
pub struct RecoverRequest {
    #[schema(format = Email, max_length = 254)]
    email: String,
}

impl RecoverRequest {
    pub fn parse(self, origin: Origin) -> Result<Recovery, FieldError> {
        Ok(Recovery {
            email: EmailAddress::parse(&self.email)?,
            source: origin.source,
            language: origin.language,
        })
    }
}

/// The request body of `POST /account/reset`.
#[derive(Deserialize, ToSchema)]
pub struct ResetRequest {
    token: String,
    #[schema(min_length = 1)]
    password: String,
}

impl ResetRequest {
    /// A malformed token is treated like an unknown one.
    pub fn parse(self, rules: PasswordRules) -> Result<(Option<Token>, NewPassword), FieldError> {
        let password = new_password(&self.password, rules)?;
        Ok((Token::parse(&self.token).ok(), password))
    }
}

/// The request body of `POST /account/authenticate`.
#[derive(Deserialize, ToSchema)]
pub struct AuthenticateRequest {
    #[schema(min_length = 1)]
    username: String,
    #[schema(min_length = 1)]
    password: String,
    otp: Option<String>,
}

impl AuthenticateRequest {
    pub fn parse(self, origin: Origin) -> Result<Login, FieldError> {
        Ok(Login {
            name: LoginName::parse(&self.username)?,
            password: GivenPassword::parse(&self.password)?,
            code: given_code(self.otp.as_deref(), origin.code),
            source: origin.source,
            language: origin.language,
        })
    }
}

/// The empty response `{}`.
#[derive(Serialize, ToSchema)]
pub struct Done {}

/// The response of `POST /account/authenticate`.
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

/// The response of `GET /account/tokens`: pairs of a token and its expiry in Unix seconds.
#[derive(Serialize, ToSchema)]
pub struct TokensResponse {
    #[schema(schema_with = tokens)]
    tokens: Vec<(String, i64)>,
}

/// Each entry is a pair. Many generators and checkers of clients fail on `prefixItems`, which would give the type of each half.
fn tokens() -> Array {
    let half = SchemaType::from_iter([Type::String, Type::Integer]);
    let pair = ArrayBuilder::new()
        .items(Object::with_type(half))
        .min_items(Some(2))
        .max_items(Some(2));
    Array::new(pair)
}

impl From<Vec<TokenInUse>> for TokensResponse {
    fn from(tokens: Vec<TokenInUse>) -> Self {
        let pair = |listed: TokenInUse| {
            let token = listed.token.expose().to_owned();
            (token, listed.expires_at.unix_seconds())
        };
        Self {
            tokens: tokens.into_iter().map(pair).collect(),
        }
    }
}
