//! The dialect `account`: accounts that are verified by mail.

use serde::Deserialize;
use serde_json::json;

use crate::answer::Done;
use crate::call::{Call, Carrier};
use crate::secret::Token;
use crate::server::Server;
use crate::session::Session;

/// A client of the dialect `account`.
#[derive(Clone, Debug)]
pub struct Account(Server);

/// A new session.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
#[allow(missing_docs)]
pub struct Issued {
    pub token: Token,
}

/// The tokens of an account's sessions.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Tokens {
    /// Each with its expiry, in seconds since 1970.
    pub tokens: Vec<(Token, i64)>,
}

impl Account {
    pub(crate) fn on(server: Server) -> Self {
        Self(server)
    }

    /// `POST /account/register`: a link is mailed to the address
    pub fn register(&self, username: &str, password: &str, email: &str) -> Call<'static, Done> {
        let body = json!({"username": username, "password": password, "email": email});
        Call::post(&self.0, "/account/register").json(&body)
    }

    /// `POST /account/verify` with the token of the mailed link
    pub fn verify(&self, token: &str) -> Call<'static, Done> {
        Call::post(&self.0, "/account/verify").json(&json!({"token": token}))
    }

    /// `POST /account/authenticate`
    pub fn authenticate(&self, username: &str, password: &str) -> Call<'static, Issued> {
        let body = json!({"username": username, "password": password});
        Call::post(&self.0, "/account/authenticate").json(&body)
    }

    /// `DELETE /account/delete`
    pub fn delete<'a>(&self, session: &'a Session) -> Call<'a, Done> {
        Call::delete(&self.0, "/account/delete").with(session, Carrier::Bearer)
    }

    /// `DELETE /account/delete` with the current password
    pub fn delete_with<'a>(&self, session: &'a Session, password: &str) -> Call<'a, Done> {
        self.delete(session)
            .json(&json!({"current_password": password}))
    }

    /// `GET /account/tokens`
    pub fn tokens<'a>(&self, session: &'a Session) -> Call<'a, Tokens> {
        Call::get(&self.0, "/account/tokens").with(session, Carrier::Bearer)
    }

    /// `DELETE /account/tokens`
    pub fn delete_token<'a>(&self, session: &'a Session, doomed: &Token) -> Call<'a, Done> {
        Call::delete(&self.0, "/account/tokens")
            .with(session, Carrier::Bearer)
            .json(&json!({"token": doomed}))
    }

    /// `POST /account/recover`: a link is mailed to the address, if an account has it
    pub fn recover(&self, email: &str) -> Call<'static, Done> {
        Call::post(&self.0, "/account/recover").json(&json!({"email": email}))
    }

    /// `POST /account/reset` with the token of the mailed link
    pub fn reset(&self, token: &str, password: &str) -> Call<'static, Done> {
        let body = json!({"token": token, "password": password});
        Call::post(&self.0, "/account/reset").json(&body)
    }
}
