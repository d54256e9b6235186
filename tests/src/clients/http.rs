//! Plain HTTP to one server.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ApiError, Sending};
use crate::server::Place;

/// How the tests name themselves where a session tells who uses it.
const USER_AGENT: &str = "azuma-tests";

/// Connections to one server.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client,
    address: SocketAddr,
}

impl Http {
    /// Connections to the server at an address; none is made yet.
    pub fn new(address: SocketAddr) -> Self {
        Self::patient(address, Duration::from_mins(1))
    }

    /// The same; a request is given up after so long.
    pub fn patient(address: SocketAddr, timeout: Duration) -> Self {
        let client = build(settings().timeout(timeout));
        Self { client, address }
    }

    /// Connections to the server at a place. The address is that of nobody if the place is a unix socket.
    pub fn at(place: &Place) -> Self {
        match place {
            Place::Tcp(address) => Self::new(*address),
            Place::Unix(path) => Self {
                client: build(settings().unix_socket(path.as_path())),
                address: SocketAddr::from(([127, 0, 0, 1], 80)),
            },
        }
    }

    /// Connections to another server, out of the same pool.
    pub fn to(&self, address: SocketAddr) -> Self {
        let client = self.client.clone();
        Self { client, address }
    }

    /// The client in Rust for the same server, which must not be on a unix socket.
    pub fn client(&self) -> azuma_client::Server {
        let client = azuma_client::Server::builder(&format!("http://{}", self.address))
            .user_agent(USER_AGENT)
            .timeout(Duration::from_mins(1))
            .build();
        client.unwrap_or_else(|error| panic!("no client: {error}"))
    }

    /// A request to a path, query included.
    pub fn request(&self, method: Method, path: &str) -> Request {
        let url = format!("http://{}{path}", self.address);
        Request(self.client.request(method, url))
    }

    /// `GET` of a path.
    pub fn get(&self, path: &str) -> Request {
        self.request(Method::GET, path)
    }

    /// `POST` of a value as JSON.
    pub fn post(&self, path: &str, body: &impl Serialize) -> Request {
        self.request(Method::POST, path).json(body)
    }

    /// `DELETE` of a path.
    pub fn delete(&self, path: &str) -> Request {
        self.request(Method::DELETE, path)
    }

    /// The server's address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

fn settings() -> ClientBuilder {
    Client::builder()
        .user_agent(USER_AGENT)
        .redirect(redirect::Policy::none())
        .timeout(Duration::from_mins(1))
        .no_proxy()
}

fn build(settings: ClientBuilder) -> Client {
    let client = settings.build();
    client.unwrap_or_else(|error| panic!("no HTTP client: {error}"))
}

/// A request in the making.
#[derive(Debug)]
#[must_use = "it is not sent yet"]
pub struct Request(RequestBuilder);

impl Request {
    /// Adds a header, however odd; one of that name that is there already stays.
    #[track_caller]
    pub fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes());
        let value = HeaderValue::from_bytes(value.as_ref());
        match (name, value) {
            (Ok(name), Ok(value)) => Self(self.0.header(name, value)),
            _ => panic!("a header that cannot be sent; use the wire"),
        }
    }

    /// Adds `Authorization: Bearer …`.
    #[track_caller]
    pub fn bearer(self, token: &str) -> Self {
        self.header("Authorization", format!("Bearer {token}"))
    }

    /// Sets the body, with no content type.
    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self(self.0.body(body.into()))
    }

    /// Sets the body to this text, with the content type of JSON.
    pub fn json_text(self, body: impl Into<Vec<u8>>) -> Self {
        self.header("Content-Type", "application/json").body(body)
    }

    /// Sets the body to a value as JSON.
    pub fn json(self, body: &impl Serialize) -> Self {
        Self(self.0.json(body))
    }

    /// Sends it; a successful answer is a `T`.
    pub fn receive<T: DeserializeOwned>(self) -> Sending<T> {
        Sending::of(self.0)
    }

    /// Sends it; the answer, which is no error, is read bit by bit.
    pub async fn stream(self) -> Response {
        let answer = self.0.send().await.and_then(Response::error_for_status);
        answer.unwrap_or_else(|error| panic!("no answer: {error:?}"))
    }

    /// Sends it; the answer is expected to be an error.
    pub fn send(self) -> Sending<ApiError> {
        self.receive()
    }
}
