//! The answers to missing, malformed and unknown tokens.

use azuma_tests::clients::{Answer, Carrier};
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

use super::routes::{self, Dialect};

const UNKNOWN: &str = "ee8e77d9-290e-4bb9-84a1-c2b7efb338df";

#[on_both_databases]
async fn every_protected_route_asks_for_a_token_and_refuses_an_unknown_one(db: Database) {
    let server = db.server().start();
    for route in routes::protected() {
        let carrier = match route.dialect {
            Dialect::None | Dialect::Azuma | Dialect::Account | Dialect::Service => Carrier::Azuma,
            Dialect::Legacy => Carrier::LegacyHeader,
        };
        let (name, value) = carrier.header(UNKNOWN);
        let challenged = match route.path {
            "/service/introspect" => Answer::challenged_or_basic,
            _ => Answer::challenged,
        };
        for request in route.requests(&server) {
            challenged(&request.send().await, false);
        }
        for request in route.requests(&server) {
            challenged(&request.header(name, &value).send().await, true);
        }
    }
}

#[on_both_databases]
async fn what_does_not_have_the_form_of_a_token_is_refused(db: Database) {
    let server = db.server().start();
    let long = "x".repeat(5_000);
    let binary: Vec<u8> = (0x80..=0xff).collect();
    for carrier in Carrier::ALL {
        for token in ["nonsense", "0", &UNKNOWN[..23], &long] {
            carrier.present(&server, token).await.challenged(true);
        }
        let (name, before) = carrier.header("");
        let value = [before.as_bytes(), &binary].concat();
        let answer = server.get(carrier.path()).header(name, value).send().await;
        answer.challenged(true);
    }
    let answer = server.get("/user/self").header("Authorization", &binary);
    answer.send().await.challenged(false);
}

#[on_both_databases]
async fn a_repeated_token_is_invalid_and_one_of_another_scheme_is_none(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    for path in ["/user/self", "/account/tokens"] {
        let request = server.get(path).bearer(&token).bearer(&token);
        request.send().await.challenged(true);
        for other in [format!("Basic {token}"), token.clone(), "Bearer".to_owned()] {
            let request = server.get(path).header("Authorization", other);
            request.send().await.challenged(false);
        }
    }
}
