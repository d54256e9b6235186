//! The secret key: tokens are made from it, and it can be replaced.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

use super::refresh::{always_due, next_of};

const OLD: &str = "b2xkIGtleSBvbGQga2V5IG9sZCBrZXkgb2xkIGtleSE=";
const NEW: &str = "bmV3IGtleSBuZXcga2V5IG5ldyBrZXkgbmV3IGtleSE=";

#[on_both_databases]
async fn a_replaced_key_logs_nobody_out(db: Database) {
    let mut server = db.server().set("secret_key", OLD).start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    server
        .reconfigure(|setup| setup.set("secret_key", NEW))
        .await;
    server.azuma().own_user(&token).await.done(200);
}

#[on_both_databases]
async fn a_previous_key_still_makes_the_listed_tokens(db: Database) {
    let mut server = db.server().set("secret_key", OLD).start();
    let neo = Person::named("neo");
    let old = server.azuma().sign_up(&neo).await;
    let previous = format!("[\"{OLD}\"]");
    let change = |setup: azuma_tests::server::Setup| {
        setup
            .set("secret_key", NEW)
            .set("previous_secret_keys", &previous)
    };
    server.reconfigure(change).await;
    let new = server.azuma().sign_in(&neo).await;
    let mut expected = [old, new];
    expected.sort();
    assert_eq!(server.account().list_tokens(&expected[0]).await, expected);
}

#[on_both_databases]
async fn a_previous_key_still_makes_the_next_token(db: Database) {
    let mut server = always_due(db).set("secret_key", OLD).start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let next = next_of(&server, &token).await;
    let previous = format!("[\"{OLD}\"]");
    let change = |setup: azuma_tests::server::Setup| {
        setup
            .set("secret_key", NEW)
            .set("previous_secret_keys", &previous)
    };
    server.reconfigure(change).await;
    assert_eq!(next_of(&server, &token).await, next);
}

#[on_both_databases]
async fn without_the_previous_key_old_sessions_are_not_listed(db: Database) {
    let mut server = db.server().set("secret_key", OLD).start();
    let neo = Person::named("neo");
    let old = server.azuma().sign_up(&neo).await;
    server
        .reconfigure(|setup| setup.set("secret_key", NEW))
        .await;
    let new = server.azuma().sign_in(&neo).await;
    assert_eq!(server.account().list_tokens(&old).await, [new]);
}
