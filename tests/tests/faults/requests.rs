//! Requests to a node that may be down, slow or without a database, and what their answers mean.

use std::net::SocketAddr;
use std::time::Duration;

use azuma_checker::history::{Answer, Moment, NextToken, Refusal, Request, Token};
use reqwest::{Client, Method, RequestBuilder};
use serde::Deserialize;
use serde_json::{Value, json};

use super::known::Held;

/// After how long a client gives up.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long tokens live that the server issues (`sessions.rotating.lifetime`).
const LIFETIME: Duration = Duration::from_hours(30 * 24);

/// A client's connections.
#[derive(Clone)]
pub struct Http(Client);

/// What an answer says, and the token that came with it.
pub struct Answered {
    pub answer: Answer,
    pub token: Option<Held>,
}

#[derive(Deserialize)]
struct Session {
    token: String,
    userid: ObjectId,
}

#[derive(Deserialize)]
struct ObjectId {
    #[serde(rename = "$oid")]
    oid: String,
}

impl Http {
    pub fn new() -> Self {
        let client = Client::builder().timeout(PATIENCE).no_proxy().build();
        Self(client.expect("an HTTP client"))
    }

    /// Asks a node. Sessions are those of the first Azuma's API, whose answers name the user; their tokens are good for
    /// all APIs.
    pub async fn ask(
        &self,
        node: SocketAddr,
        asked: Moment,
        held: Option<&Held>,
        request: &Request,
    ) -> Answered {
        let unknown = || Answered {
            answer: Answer::Unknown,
            token: None,
        };
        let Ok(response) = self.request(node, held, request).send().await else {
            return unknown();
        };
        let status = response.status().as_u16();
        let next = response.headers().get("Azuma-Session").cloned();
        let Ok(body) = response.text().await else {
            return unknown();
        };
        match status {
            200..300 => succeeded(asked, held, request, &body, next),
            502..=504 => unknown(),
            _ => Answered {
                answer: refusal(status, request, &body),
                token: None,
            },
        }
    }

    fn request(&self, node: SocketAddr, held: Option<&Held>, request: &Request) -> RequestBuilder {
        let (method, path, body) = match request {
            Request::Register { name, password, .. } => (
                Method::POST,
                "/api/register",
                json!({"name": name, "password": password}),
            ),
            Request::LogIn { name, password, .. } => (
                Method::POST,
                "/api/login",
                json!({"name": name, "password": password}),
            ),
            Request::Check => (Method::GET, "/user/self", Value::Null),
            Request::Renew => (Method::GET, "/api/me", Value::Null),
            Request::Rename { name } => (Method::PATCH, "/user/update", json!({"name": name})),
            Request::ChangePassword { password } => {
                (Method::PATCH, "/user/update", json!({"password": password}))
            }
            Request::LogOut => (Method::POST, "/user/logout", Value::Null),
            Request::LogOutEverywhere => {
                (Method::POST, "/user/logout?everywhere=true", Value::Null)
            }
            Request::Delete => (Method::DELETE, "/user/self", Value::Null),
            other => panic!("no client asks {other:?}"),
        };
        let mut builder = self.0.request(method, format!("http://{node}{path}"));
        if let Some(held) = held {
            builder = match request {
                Request::Renew => builder.header("Azuma-Session", &held.text),
                _ => builder.bearer_auth(&held.text),
            };
        }
        match body {
            Value::Null => builder,
            body => builder.json(&body),
        }
    }
}

fn succeeded(
    asked: Moment,
    held: Option<&Held>,
    request: &Request,
    body: &str,
    next: Option<reqwest::header::HeaderValue>,
) -> Answered {
    let done = |answer| Answered {
        answer,
        token: None,
    };
    match request {
        Request::Register { .. } | Request::LogIn { .. } => {
            let session: Session = match serde_json::from_str(body) {
                Ok(session) => session,
                Err(error) => return done(Answer::Failed(format!("no session, {error}: {body}"))),
            };
            let named = named(&session.token, &session.token);
            Answered {
                answer: Answer::Issued {
                    user: session.userid.oid,
                    token: named.clone(),
                    expires_at: asked.plus(LIFETIME),
                },
                token: Some(Held {
                    text: session.token,
                    named,
                }),
            }
        }
        Request::Renew => {
            let next = next.and_then(|value| value.to_str().ok().map(str::to_owned));
            let Some((text, held)) = next.zip(held) else {
                return done(Answer::Next(None));
            };
            let named = named(&held.named.session, &text);
            Answered {
                answer: Answer::Next(Some(NextToken {
                    token: named.clone(),
                    expires_at: asked.plus(LIFETIME),
                })),
                token: Some(Held { text, named }),
            }
        }
        _ => done(Answer::Done),
    }
}

fn refusal(status: u16, request: &Request, body: &str) -> Answer {
    match (status, request) {
        (401 | 404, Request::LogIn { .. }) => Answer::Refused(Refusal::WrongCredentials),
        (401, _) => Answer::Refused(Refusal::TokenInvalid),
        (409, _) => Answer::Refused(Refusal::NameTaken),
        _ => Answer::Failed(format!("{status}: {body}")),
    }
}

/// A token as a history names it.
fn named(session: &str, token: &str) -> Token {
    Token {
        session: shortened(session),
        id: shortened(token),
    }
}

/// Enough of a token to tell it from others, and too little to use it.
fn shortened(token: &str) -> String {
    token.chars().take(13).collect()
}
