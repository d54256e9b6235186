//! Sessions that end while something is broken between the client and the servers.

use std::time::Instant;

use azuma_client::{CachedSessions, Token};
use azuma_tests::Database;
use azuma_tests::addresses::free_address;
use azuma_tests::network::Network;
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::sql;
use tokio::time::sleep;

use super::{WITHIN, expect_refused, remembered, service_of, sessions_at, sessions_of};

fn two_nodes() -> (Server, Server) {
    let setup = Database::Postgres.server();
    let other = setup.elsewhere();
    (setup.start(), other.start())
}

/// Checks a token until [`WITHIN`] after the end of its session. Nothing is answered yes to whoever asks later.
async fn watch_through(sessions: &CachedSessions, token: &Token, ended: Instant) {
    let mut yes = 0;
    while ended.elapsed() < WITHIN {
        if matches!(sessions.check(token).await, Ok(Some(_))) {
            yes += 1;
            sleep(std::time::Duration::from_millis(20)).await;
        }
    }
    assert!(yes > 0, "memory bridges a short fault");
    assert!(sessions.remembered(token).is_none());
}

#[tokio::test]
async fn a_session_ends_while_the_node_that_is_asked_stands_still() {
    let (here, there) = two_nodes();
    let token = here.azuma().sign_up(&Person::named("neo")).await;
    let sessions = sessions_at(there.address(), &service_of(&here));
    let checked = Token::new(token.as_str());
    remembered(&sessions, &checked).await;
    there.pause();
    here.azuma().logout(&token).await.done(204);
    let ended = Instant::now();
    watch_through(&sessions, &checked, ended).await;
    sessions.check(&checked).await.unwrap_err();
    there.proceed();
    expect_refused(&sessions, &checked, ended).await;
}

#[tokio::test]
async fn a_session_ends_while_the_network_is_cut() {
    let server = Database::Sqlite.server().start();
    let network = Network::to(server.address());
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let sessions = sessions_at(network.address(), &service_of(&server));
    let checked = Token::new(token.as_str());
    remembered(&sessions, &checked).await;
    let fault = network.cut();
    server.azuma().logout(&token).await.done(204);
    let ended = Instant::now();
    watch_through(&sessions, &checked, ended).await;
    fault.end();
    expect_refused(&sessions, &checked, ended).await;
}

#[tokio::test]
async fn a_session_ends_on_another_node() {
    let (here, there) = two_nodes();
    let token = here.azuma().sign_up(&Person::named("neo")).await;
    let sessions = sessions_at(there.address(), &service_of(&here));
    let checked = Token::new(token.as_str());
    remembered(&sessions, &checked).await;
    here.azuma().logout(&token).await.done(204);
    expect_refused(&sessions, &checked, Instant::now()).await;
}

#[tokio::test]
async fn a_server_that_is_started_again_is_followed_again() {
    let server = Database::Sqlite.server();
    let address = free_address().to_string();
    let mut server = server.set("http.listen", &address).start();
    let tokens = [
        server.azuma().sign_up(&Person::named("neo")).await,
        server.azuma().sign_up(&Person::named("trinity")).await,
    ];
    let sessions = sessions_of(&server);
    let [neo, trinity] = tokens.clone().map(Token::new);
    remembered(&sessions, &neo).await;
    server.kill();
    server.start_again();
    server.azuma().logout(&tokens[0]).await.done(204);
    expect_refused(&sessions, &neo, Instant::now()).await;
    remembered(&sessions, &trinity).await;
}

#[tokio::test]
async fn a_session_that_another_history_ended_is_refused() {
    let server = Database::Sqlite.server().start();
    let neo = Token::new(server.azuma().sign_up(&Person::named("neo")).await);
    let sessions = sessions_of(&server);
    // A change that the server and the client have followed.
    let other = server.azuma().sign_up(&Person::named("trinity")).await;
    let watched = sessions.watch(&Token::new(other.as_str())).await.unwrap();
    server.azuma().logout(&other).await.done(204);
    watched.expect("a live token").ended().await;
    remembered(&sessions, &neo).await;
    // As a backup that is restored under the server: that change never was.
    let lost = "PRAGMA foreign_keys = ON; \
                DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE name = 'neo'); \
                DELETE FROM invalidations WHERE number = (SELECT number FROM invalidation_counter); \
                UPDATE invalidation_counter SET number = number - 1;";
    sql::run(&server, lost, "");
    let ended = Instant::now();
    expect_refused(&sessions, &neo, ended).await;
}
