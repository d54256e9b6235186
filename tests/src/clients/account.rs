//! The dialect under `/account`.

use serde::Deserialize;
use serde_json::json;

use super::{Http, Issued, Sending};

/// A client of the dialect under `/account`.
#[derive(Clone, Debug)]
pub struct Account(Http);

/// What a registration collides with.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Conflict {
    Username,
    Email,
}

/// `GET /account/tokens`: pairs of a token and the second of its expiry.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Tokens {
    pub tokens: Vec<(String, i64)>,
}

impl Account {
    /// A client on these connections.
    pub fn new(http: Http) -> Self {
        Self(http)
    }

    /// The client in Rust for the same server.
    pub fn client(&self) -> azuma_client::account::Account {
        self.0.client().account()
    }

    /// `POST /account/register`
    pub fn register(&self, username: &str, password: &str, email: &str) -> Sending<()> {
        let body = json!({"username": username, "password": password, "email": email});
        self.0.post("/account/register", &body).receive()
    }

    /// `POST /account/verify`
    pub fn verify(&self, token: &str) -> Sending<()> {
        let body = json!({"token": token});
        self.0.post("/account/verify", &body).receive()
    }

    /// `POST /account/recover`
    pub fn recover(&self, email: &str) -> Sending<()> {
        let body = json!({"email": email});
        self.0.post("/account/recover", &body).receive()
    }

    /// `POST /account/reset`
    pub fn reset(&self, token: &str, password: &str) -> Sending<()> {
        let body = json!({"token": token, "password": password});
        self.0.post("/account/reset", &body).receive()
    }

    /// `POST /account/authenticate`
    pub fn authenticate(&self, username: &str, password: &str) -> Sending<Issued> {
        let body = json!({"username": username, "password": password});
        self.0.post("/account/authenticate", &body).receive()
    }

    /// `DELETE /account/delete`
    pub fn delete(&self, token: &str) -> Sending<()> {
        self.0.delete("/account/delete").bearer(token).receive()
    }

    /// `DELETE /account/delete` with the current password
    pub fn delete_with(&self, token: &str, password: &str) -> Sending<()> {
        let body = json!({"current_password": password});
        let request = self.0.delete("/account/delete").bearer(token);
        request.json(&body).receive()
    }

    /// `GET /account/tokens`
    pub fn tokens(&self, token: &str) -> Sending<Tokens> {
        self.0.get("/account/tokens").bearer(token).receive()
    }

    /// The tokens of `GET /account/tokens`, where it succeeds, in alphabetical order
    pub async fn list_tokens(&self, token: &str) -> Vec<String> {
        let pairs = self.tokens(token).await.success(200).tokens;
        let mut tokens: Vec<_> = pairs.into_iter().map(|(token, _)| token).collect();
        tokens.sort();
        tokens
    }

    /// `DELETE /account/tokens`
    pub fn delete_token(&self, token: &str, doomed: &str) -> Sending<()> {
        let body = json!({"token": doomed});
        let request = self.0.delete("/account/tokens").bearer(token);
        request.json(&body).receive()
    }
}
