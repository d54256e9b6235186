//! The API for services, under `/service`.

use reqwest::{Method, Response};
use serde::Deserialize;
use serde_json::json;

use super::{Http, Request, Sending};

/// A client of the API under `/service`, with the token of a service.
#[derive(Clone, Debug)]
pub struct Service {
    http: Http,
    /// The token.
    pub token: String,
}

/// `POST /service/check`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Checked {
    pub position: String,
    pub answers: Vec<CheckedToken>,
}

/// What is said of a token.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct CheckedToken {
    pub live: bool,
    pub user: Option<NamedUser>,
    pub session: Option<String>,
    pub expires_at: Option<String>,
}

/// A user by name.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct NamedUser {
    pub id: String,
    pub name: Option<String>,
}

/// `GET /service/changes`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Changes {
    pub position: String,
    pub changes: Vec<Change>,
    #[serde(default)]
    pub start_over: bool,
}

/// A change.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Change {
    pub number: u64,
    pub kind: String,
    pub user: String,
    pub session: Option<String>,
}

/// `POST /service/introspect`
#[derive(Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Introspected {
    pub active: bool,
    pub sub: Option<String>,
    pub username: Option<String>,
    pub sid: Option<String>,
    pub exp: Option<i64>,
    pub iat: Option<i64>,
    pub token_type: Option<String>,
}

/// `GET /service/users`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct KnownUsers {
    pub users: Vec<KnownUser>,
}

/// A user as a service sees it.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct KnownUser {
    pub id: String,
    pub name: String,
    pub icon: Option<String>,
    pub status: Option<String>,
    pub created_at: String,
    pub disabled: bool,
}

/// A server-sent event.
#[derive(Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Event {
    pub name: String,
    pub id: String,
    pub data: String,
}

/// A stream of server-sent events.
#[derive(Debug)]
pub struct Events {
    response: Response,
    unread: String,
}

impl Service {
    /// A client on these connections.
    pub fn new(http: Http, token: &str) -> Self {
        let token = token.to_owned();
        Self { http, token }
    }

    /// A request to a path, with the token.
    pub fn request(&self, method: Method, path: &str) -> Request {
        self.http.request(method, path).bearer(&self.token)
    }

    /// `POST /service/check`
    pub fn check(&self, tokens: &[&str]) -> Sending<Checked> {
        let request = self.request(Method::POST, "/service/check");
        request.json(&json!({"tokens": tokens})).receive()
    }

    /// `POST /service/check` that uses nothing
    pub fn peek(&self, tokens: &[&str]) -> Sending<Checked> {
        let request = self.request(Method::POST, "/service/check");
        let body = json!({"tokens": tokens, "peek": true});
        request.json(&body).receive()
    }

    /// `GET /service/changes` without a place
    pub fn here(&self) -> Sending<Changes> {
        self.request(Method::GET, "/service/changes").receive()
    }

    /// `GET /service/changes?after=…&wait=…`
    pub fn changes(&self, after: &str, wait: u32) -> Sending<Changes> {
        let path = format!("/service/changes?after={after}&wait={wait}");
        self.request(Method::GET, &path).receive()
    }

    /// `POST /service/introspect`
    pub fn introspect(&self, token: &str) -> Sending<Introspected> {
        let request = self.request(Method::POST, "/service/introspect");
        let form = "application/x-www-form-urlencoded";
        let request = request.header("Content-Type", form);
        request.body(format!("token={token}")).receive()
    }

    /// `GET /service/users`
    pub fn users(&self, ids: &[&str]) -> Sending<KnownUsers> {
        let path = format!("/service/users?ids={}", ids.join(","));
        self.request(Method::GET, &path).receive()
    }

    /// `GET /service/changes` as a stream, from the event with this id on
    pub async fn stream(&self, last: Option<&str>) -> Events {
        let request = self.request(Method::GET, "/service/changes");
        let request = request.header("Accept", "text/event-stream");
        let request = match last {
            Some(id) => request.header("Last-Event-ID", id),
            None => request,
        };
        Events {
            response: request.stream().await,
            unread: String::new(),
        }
    }
}

impl Events {
    /// The next event; `None` at the end of the stream.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.unread.split_once("\n\n") {
                let field = |name: &str| {
                    let mut lines = event.lines();
                    let value = lines.find_map(|line| line.strip_prefix(name));
                    value.unwrap_or_default().to_owned()
                };
                let event = Event {
                    name: field("event: "),
                    id: field("id: "),
                    data: field("data: "),
                };
                let rest = rest.to_owned();
                self.unread = rest;
                return Some(event);
            }
            let chunk = self.response.chunk().await.ok()??;
            self.unread.push_str(&String::from_utf8_lossy(&chunk));
        }
    }

    /// The next event of this name.
    pub async fn next_named(&mut self, name: &str) -> Event {
        loop {
            let event = self.next().await;
            let event = event.unwrap_or_else(|| panic!("the stream ended before {name:?}"));
            if event.name == name {
                return event;
            }
        }
    }
}
