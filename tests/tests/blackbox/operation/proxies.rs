//! Whom the server believes about a client's address.

use azuma_tests::clients::{Issued, Sessions};
use azuma_tests::people::Person;
use azuma_tests::server::Setup;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;
use serde_json::json;

/// The address listed for a session whose every request carried this `X-Forwarded-For`.
async fn listed_address(setup: Setup, forwarded_for: &str) -> Option<String> {
    let server = setup.start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    let body = json!({"name": neo.name, "password": neo.password});
    let login = server.request(Method::POST, "/user/login").json(&body);
    let login = login.header("X-Forwarded-For", forwarded_for);
    let token = login.receive::<Issued>().await.success(200).token;
    let list = server.request(Method::GET, "/user/sessions").bearer(&token);
    let list = list.header("X-Forwarded-For", forwarded_for);
    let sessions = list.receive::<Sessions>().await.success(200).sessions;
    sessions.into_iter().find(|session| session.current)?.ip
}

fn trusting(db: Database, networks: &str) -> Setup {
    db.server().set("http.trusted_proxies", networks)
}

#[on_both_databases]
async fn nobody_is_believed_by_default(db: Database) {
    let listed = listed_address(db.server(), "203.0.113.7").await;
    assert_eq!(listed.as_deref(), Some("127.0.0.1"));
}

#[on_both_databases]
async fn a_trusted_proxy_is_believed(db: Database) {
    let listed = listed_address(trusting(db, "[\"127.0.0.0/8\"]"), "203.0.113.7").await;
    assert_eq!(listed.as_deref(), Some("203.0.113.7"));
}

#[on_both_databases]
async fn what_the_client_claims_itself_is_not_believed(db: Database) {
    let networks = "[\"127.0.0.0/8\", \"10.0.0.0/8\"]";
    let chain = "198.51.100.1, 203.0.113.7, 10.1.2.3";
    let listed = listed_address(trusting(db, networks), chain).await;
    assert_eq!(listed.as_deref(), Some("203.0.113.7"));
}

#[on_both_databases]
async fn a_proxy_that_is_not_trusted_is_not_believed(db: Database) {
    let listed = listed_address(trusting(db, "[\"10.0.0.0/8\"]"), "203.0.113.7").await;
    assert_eq!(listed.as_deref(), Some("127.0.0.1"));
}

#[on_both_databases]
async fn nonsense_from_a_trusted_proxy_does_no_harm(db: Database) {
    let listed = listed_address(trusting(db, "[\"127.0.0.0/8\"]"), "nonsense").await;
    assert_eq!(listed.as_deref(), Some("127.0.0.1"));
}

#[on_both_databases]
async fn networks_of_mapped_addresses_are_networks(db: Database) {
    let listed = listed_address(trusting(db, "::ffff:127.0.0.0/104"), "203.0.113.7").await;
    assert_eq!(listed.as_deref(), Some("203.0.113.7"));
}

#[on_both_databases]
async fn what_is_not_believed_is_logged_once(db: Database) {
    for (setup, header, words) in [
        (
            db.server(),
            "203.0.113.7",
            "is not in `http.trusted_proxies`",
        ),
        (
            trusting(db, "127.0.0.1"),
            "unknown",
            "an entry that is not an address",
        ),
        (
            trusting(db, "127.0.0.1"),
            "203.0.113.7",
            "with different clients",
        ),
    ] {
        let server = setup.start();
        for _ in 0..3 {
            let login = server.request(Method::POST, "/user/login").body("{}");
            let login = login.header("X-Forwarded-For", header);
            let login = match words.contains("different") {
                true => login.header("Forwarded", "for=203.0.113.8"),
                false => login,
            };
            login.send().await.refused(400, "BAD_REQUEST");
        }
        server.prints(words).await;
        assert_eq!(server.output().matches(words).count(), 1, "{words}");
    }
}
