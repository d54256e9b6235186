//! The client for other services, on real servers.

mod chat_gateway;
mod dialects;
mod faults;
mod memory;
mod watched;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use azuma_client::{CachedSessions, LiveSession, ServiceToken, Token};
use azuma_tests::deadline::Deadline;
use azuma_tests::server::Server;

/// How long a session may be answered after its end, whatever fails.
const WITHIN: Duration = Duration::from_secs(5);

/// The server, as the client sees it.
fn seen(address: SocketAddr) -> azuma_client::Server {
    let server = azuma_client::Server::at(&format!("http://{address}"));
    server.expect("a URL")
}

/// The token of a service that is created now.
fn service_of(server: &Server) -> ServiceToken {
    ServiceToken::parse(server.service("chat").token).expect("a token")
}

/// Sessions that are checked at an address.
fn sessions_at(address: SocketAddr, service: &ServiceToken) -> CachedSessions {
    CachedSessions::start(seen(address).service(service.clone()))
}

/// Sessions that are checked by a service that is created now.
fn sessions_of(server: &Server) -> CachedSessions {
    sessions_at(server.address(), &service_of(server))
}

/// Checks a live token until memory has it.
async fn remembered(sessions: &CachedSessions, token: &Token) -> Arc<LiveSession> {
    let deadline = Deadline::in_seconds(30);
    loop {
        let checked = sessions.check(token).await.expect("an answer");
        let checked = checked.expect("a live token");
        if sessions.remembered(token).is_some() {
            return checked;
        }
        assert!(!deadline.is_over(), "memory does not keep it");
        deadline.step().await;
    }
}

/// Checks a token of a session that has ended until it is refused. It may be answered yes for [`WITHIN`] alone, and not at
/// all while nothing is known.
async fn expect_refused(sessions: &CachedSessions, token: &Token, ended: Instant) {
    let deadline = Deadline::in_seconds(30);
    loop {
        let asked = Instant::now();
        match sessions.check(token).await {
            Ok(None) => return,
            Ok(Some(_)) => assert!(asked < ended + WITHIN, "yes after {:?}", asked - ended),
            Err(_) => assert!(!deadline.is_over(), "the server is not reached again"),
        }
        deadline.step().await;
    }
}
