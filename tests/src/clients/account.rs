//! The dialect under `/account`.

use serde::Deserialize;
use serde_json::json;

use super::{Answer, Http, Issued};

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

    /// `POST /account/register`
    pub async fn register(&self, username: &str, password: &str, email: &str) -> Answer<()> {
        let body = json!({"username": username, "password": password, "email": email});
        self.0.post("/account/register", &body).receive().await
    }

    /// `POST /account/verify`
    pub async fn verify(&self, token: &str) -> Answer<()> {
        let body = json!({"token": token});
        self.0.post("/account/verify", &body).receive().await
    }

    /// `POST /account/recover`
    pub async fn recover(&self, email: &str) -> Answer<()> {
        let body = json!({"email": email});
        self.0.post("/account/recover", &body).receive().await
    }

    /// `POST /account/reset`
    pub async fn reset(&self, token: &str, password: &str) -> Answer<()> {
        let body = json!({"token": token, "password": password});
        self.0.post("/account/reset", &body).receive().await
    }

    /// `POST /account/authenticate`
    pub async fn authenticate(&self, username: &str, password: &str) -> Answer<Issued> {
        let body = json!({"username": username, "password": password});
        self.0.post("/account/authenticate", &body).receive().await
    }

    /// `DELETE /account/delete`
    pub async fn delete(&self, token: &str) -> Answer<()> {
        self.0
            .delete("/account/delete")
            .bearer(token)
            .receive()
            .await
    }

    /// `GET /account/tokens`
    pub async fn tokens(&self, token: &str) -> Answer<Tokens> {
        self.0.get("/account/tokens").bearer(token).receive().await
    }

    /// The tokens of `GET /account/tokens`, where it succeeds, in alphabetical order
    pub async fn list_tokens(&self, token: &str) -> Vec<String> {
        let pairs = self.tokens(token).await.success(200).tokens;
        let mut tokens: Vec<_> = pairs.into_iter().map(|(token, _)| token).collect();
        tokens.sort();
        tokens
    }

    /// `DELETE /account/tokens`
    pub async fn delete_token(&self, token: &str, doomed: &str) -> Answer<()> {
        let body = json!({"token": doomed});
        let request = self.0.delete("/account/tokens").bearer(token);
        request.json(&body).receive().await
    }
}
