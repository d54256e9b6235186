//! Answers that nobody may keep.

use azuma_tests::clients::{Answer, Update};
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[track_caller]
fn expect_not_stored<T>(answer: &Answer<T>) {
    assert!(answer.status < 300, "{}", answer.text());
    assert_eq!(answer.header("Cache-Control"), Some("no-store"));
}

#[on_both_databases]
async fn tokens_of_the_current_dialect_are_not_stored(db: Database) {
    let server = db.server().start();
    expect_not_stored(
        &server
            .azuma()
            .register("neo", "neo@example.org", "secret")
            .await,
    );
    expect_not_stored(&server.azuma().login("neo", "secret").await);
}

#[on_both_databases]
async fn tokens_of_the_legacy_dialect_are_not_stored(db: Database) {
    let server = db.server().start();
    expect_not_stored(&server.legacy().register("neo", "secret").await);
    expect_not_stored(&server.legacy().login("neo", "secret").await);
}

#[on_both_databases]
async fn tokens_of_the_account_dialect_are_not_stored(db: Database) {
    let server = db.server().start();
    server.legacy().register("neo", "secret").await.done(200);
    let answer = server.account().authenticate("neo", "secret").await;
    expect_not_stored(&answer);
    let token = answer.success(200).token;
    expect_not_stored(&server.account().tokens(&token).await);
}

#[on_both_databases]
async fn users_are_not_stored(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    let answer = azuma.own_user(&token).await;
    expect_not_stored(&answer);
    expect_not_stored(&azuma.user(&token, &answer.success(200).id).await);
    expect_not_stored(&azuma.update(&token, &Update::default()).await);
    expect_not_stored(&server.legacy().me(&token).await);
}

#[on_both_databases]
async fn sessions_are_not_stored(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    expect_not_stored(&server.azuma().sessions(&token).await);
}
