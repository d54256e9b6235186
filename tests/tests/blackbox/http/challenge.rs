//! Tokens that do not authenticate, and what the answer says of them.

use azuma_tests::clients::Carrier;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

use super::routes::{self, Dialect};

const UNKNOWN: &str = "ee8e77d9-290e-4bb9-84a1-c2b7efb338df";

#[on_both_databases]
async fn every_protected_route_asks_for_a_token(db: Database) {
    let server = db.server().start();
    for route in routes::protected() {
        for request in route.requests(&server) {
            request.send().await.challenged(false);
        }
    }
}

#[on_both_databases]
async fn every_protected_route_refuses_an_unknown_token(db: Database) {
    let server = db.server().start();
    for route in routes::protected() {
        let carrier = match route.dialect {
            Dialect::Azuma | Dialect::Account => Carrier::Azuma,
            Dialect::Legacy => Carrier::LegacyHeader,
        };
        let (name, value) = carrier.header(UNKNOWN);
        for request in route.requests(&server) {
            request.header(name, &value).send().await.challenged(true);
        }
    }
}

#[on_both_databases]
async fn a_malformed_token_is_invalid(db: Database) {
    let server = db.server().start();
    for carrier in Carrier::ALL {
        for token in ["nonsense", "0", "ee8e77d9-290e-4bb9-84a1"] {
            carrier.present(&server, token).await.challenged(true);
        }
    }
}

#[on_both_databases]
async fn a_repeated_token_is_invalid(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    for path in ["/user/self", "/account/tokens"] {
        let request = server
            .request(Method::GET, path)
            .bearer(&token)
            .bearer(&token);
        request.send().await.challenged(true);
    }
}

#[on_both_databases]
async fn an_ended_session_is_invalid(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    server.azuma().logout(&token).await.done(204);
    for carrier in Carrier::ALL {
        carrier.present(&server, &token).await.challenged(true);
    }
}

#[on_both_databases]
async fn another_scheme_is_no_bearer_token(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    for value in [
        token.clone(),
        format!("Basic {token}"),
        format!("Bearer{token}"),
        "Bearer".into(),
    ] {
        let request = server
            .request(Method::GET, "/user/self")
            .header("Authorization", &value);
        let answer = request.send().await;
        answer.refused(401, "UNAUTHORIZED");
        let challenge = answer.header("WWW-Authenticate").unwrap_or_default();
        assert!(challenge.starts_with("Bearer"), "{value}: {challenge}");
    }
}

#[on_both_databases]
async fn a_long_header_is_refused(db: Database) {
    let server = db.server().start();
    let long = "x".repeat(5_000);
    for carrier in Carrier::ALL {
        carrier.present(&server, &long).await.challenged(true);
    }
}

#[on_both_databases]
async fn a_binary_header_is_refused(db: Database) {
    let server = db.server().start();
    let binary: Vec<u8> = (0x80..=0xff).collect();
    for (path, name, before) in [
        ("/user/self", "Authorization", "Bearer "),
        ("/user/self", "Authorization", ""),
        ("/account/tokens", "Authorization", "Bearer "),
        ("/api/me", "Azuma-Session", ""),
        ("/api/me", "Cookie", "azuma_session="),
    ] {
        let value = [before.as_bytes(), &binary].concat();
        let answer = server
            .request(Method::GET, path)
            .header(name, value)
            .send()
            .await;
        assert_eq!(answer.status, 401, "{name} at {path}: {}", answer.text());
    }
}
