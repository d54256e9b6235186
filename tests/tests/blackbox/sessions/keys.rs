//! The secret key: tokens are made from it, and it can be replaced.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

use super::refresh::{always_due, next_of};

const OLD: &str = "b2xkIGtleSBvbGQga2V5IG9sZCBrZXkgb2xkIGtleSE=";
const NEW: &str = "bmV3IGtleSBuZXcga2V5IG5ldyBrZXkgbmV3IGtleSE=";

#[on_both_databases]
async fn a_previous_key_still_makes_the_listed_and_the_next_tokens(db: Database) {
    let mut server = always_due(db).set("secret_key", OLD).start();
    let neo = Person::named("neo");
    let old = server.legacy().sign_up(&neo).await.token;
    let next = next_of(&server, &old).await;
    let previous = format!("[\"{OLD}\"]");
    let rotated = |setup: azuma_tests::server::Setup| {
        let setup = setup.set("previous_secret_keys", &previous);
        setup.set("secret_key", NEW)
    };
    server.reconfigure(rotated).await;
    let new = server.azuma().sign_in(&neo).await;
    let mut expected = [old.clone(), new];
    expected.sort();
    assert_eq!(server.account().list_tokens(&old).await, expected);
    assert_eq!(next_of(&server, &old).await, next);
}
