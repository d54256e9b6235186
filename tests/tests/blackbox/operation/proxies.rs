//! Which proxies the server trusts about a client's address. The unit tests of `http/origin.rs` cover chains of
//! proxies.

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
    let login = server.post("/user/login", &body);
    let login = login.header("X-Forwarded-For", forwarded_for);
    let token = login.receive::<Issued>().await.success(200).token;
    let list = server.get("/user/sessions").bearer(&token);
    let list = list.header("X-Forwarded-For", forwarded_for);
    let sessions = list.receive::<Sessions>().await.success(200).sessions;
    sessions.into_iter().find(|session| session.current)?.ip
}

fn trusting(db: Database, networks: &str) -> Setup {
    db.server().set("http.trusted_proxies", networks)
}

#[on_both_databases]
async fn nobody_is_believed_but_a_trusted_proxy(db: Database) {
    let networks = "[\"127.0.0.0/8\", \"10.0.0.0/8\"]";
    let chain = "198.51.100.1, 203.0.113.7, 10.1.2.3";
    for (setup, expected) in [
        (db.server(), "127.0.0.1"),
        (trusting(db, "[\"10.0.0.0/8\"]"), "127.0.0.1"),
        (trusting(db, networks), "203.0.113.7"),
    ] {
        let listed = listed_address(setup, chain).await;
        assert_eq!(listed.as_deref(), Some(expected));
    }
}

#[on_both_databases]
async fn what_is_not_believed_is_logged_once(db: Database) {
    let proxy = || trusting(db, "127.0.0.1");
    for (setup, header, words) in [
        (
            db.server(),
            "203.0.113.7",
            "is not in `http.trusted_proxies`",
        ),
        (proxy(), "unknown", "an entry that is not an address"),
        (proxy(), "203.0.113.7", "with different clients"),
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
