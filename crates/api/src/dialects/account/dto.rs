//! What goes over the wire.

use azuma_domain::services::{AccountRequest, IssuedSession, Login, Recovery, TokenInUse};
use azuma_domain::session::Client;
use azuma_domain::token::Token;
use azuma_domain::user::{EmailAddress, NewPassword, Password, PasswordRules, UserName};
use serde::{Deserialize, Serialize};

use crate::http::fields::{FieldError, new_password};
use crate::http::origin::Origin;

/// The body of `POST /account/register`.
#[derive(Deserialize)]
pub struct RegisterBody {
    username: String,
    password: String,
    email: String,
}

impl RegisterBody {
    /// The address comes last: what is malformed (400) goes before what is no address (422).
    pub fn parse(self, rules: PasswordRules, origin: Origin) -> Result<AccountRequest, FieldError> {
        Ok(AccountRequest {
            name: UserName::parse(&self.username)?,
            password: new_password(&self.password, rules)?,
            email: EmailAddress::parse(&self.email)?,
            client: origin.client,
            language: origin.language,
        })
    }
}

/// The body of `POST /account/verify` and `DELETE /account/tokens`.
#[derive(Deserialize)]
pub struct TokenBody {
    pub token: String,
}

/// The body of `POST /account/recover`.
#[derive(Deserialize)]
pub struct RecoverBody {
    email: String,
}

impl RecoverBody {
    pub fn parse(self, origin: Origin) -> Result<Recovery, FieldError> {
        Ok(Recovery {
            email: EmailAddress::parse(&self.email)?,
            client: origin.client,
            language: origin.language,
        })
    }
}

/// The body of `POST /account/reset`.
#[derive(Deserialize)]
pub struct ResetBody {
    token: String,
    password: String,
}

impl ResetBody {
    /// A text that is no token leads nowhere, as an unknown one does.
    pub fn parse(self, rules: PasswordRules) -> Result<(Option<Token>, NewPassword), FieldError> {
        let password = new_password(&self.password, rules)?;
        Ok((Token::parse(&self.token).ok(), password))
    }
}

/// The body of `POST /account/authenticate`.
#[derive(Deserialize)]
pub struct AuthenticateBody {
    username: String,
    password: String,
}

impl AuthenticateBody {
    pub fn parse(self, client: Client) -> Result<Login, FieldError> {
        Ok(Login {
            name: UserName::parse(&self.username)?,
            password: Password::parse(&self.password)?,
            client,
        })
    }
}

/// The answer where there is nothing to tell.
#[derive(Serialize)]
pub struct Done {}

/// The answer of `POST /account/authenticate`.
#[derive(Serialize)]
pub struct TokenAnswer {
    token: String,
}

impl From<IssuedSession> for TokenAnswer {
    fn from(issued: IssuedSession) -> Self {
        Self {
            token: issued.token.expose().to_owned(),
        }
    }
}

/// The answer of `GET /account/tokens`: pairs of a token and the second it expires in.
#[derive(Serialize)]
pub struct TokensAnswer {
    tokens: Vec<(String, i64)>,
}

impl From<Vec<TokenInUse>> for TokensAnswer {
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
