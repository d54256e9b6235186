//! `GET /account/tokens` and `DELETE /account/tokens`

use azuma_tests::moments::{days, expect_in};
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;
use time::OffsetDateTime;

#[on_both_databases]
async fn lists_the_real_tokens_of_every_dialect(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let mut expected = vec![
        server.account().sign_up(&neo, &server.mail()).await,
        server.azuma().sign_in(&neo).await,
        server.legacy().sign_in(&neo).await.token,
    ];
    expected.sort();
    assert_eq!(server.account().list_tokens(&expected[0]).await, expected);
}

#[on_both_databases]
async fn lists_when_they_expire(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let account = server.account().sign_up(&neo, &server.mail()).await;
    let legacy = server.legacy().sign_in(&neo).await.token;
    let listed = server.account().tokens(&account).await.success(200).tokens;
    let expiry = |wanted: &str| {
        let (_, seconds) = listed
            .iter()
            .find(|(token, _)| token == wanted)
            .expect("it is listed");
        OffsetDateTime::from_unix_timestamp(*seconds).expect("a second of our time")
    };
    expect_in(days(14), expiry(&account));
    expect_in(days(30), expiry(&legacy));
}

#[on_both_databases]
async fn lists_the_accounts_own_tokens_alone(db: Database) {
    let server = db.server().start();
    server.azuma().sign_up(&Person::named("trinity")).await;
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    assert_eq!(server.account().list_tokens(&token).await, [token]);
}

#[on_both_databases]
async fn lists_no_ended_session(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let other = server.azuma().sign_in(&neo).await;
    server.azuma().logout(&other).await.done(204);
    assert_eq!(server.account().list_tokens(&token).await, [token]);
}

#[on_both_databases]
async fn lists_the_same_tokens_after_a_restart(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    server.legacy().sign_in(&neo).await;
    let before = server.account().list_tokens(&token).await;
    server.restart().await;
    assert_eq!(server.account().list_tokens(&token).await, before);
}

#[on_both_databases]
async fn a_deleted_token_authenticates_no_more(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let token = server.account().sign_up(&neo, &server.mail()).await;
    let doomed = server.account().sign_in(&neo).await;
    server
        .account()
        .delete_token(&token, &doomed)
        .await
        .done(200);
    server.account().tokens(&doomed).await.challenged(true);
    server.account().tokens(&token).await.done(200);
}

#[on_both_databases]
async fn a_deleted_token_may_be_the_one_that_asks(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    server
        .account()
        .delete_token(&token, &token)
        .await
        .done(200);
    server.account().tokens(&token).await.challenged(true);
}

#[on_both_databases]
async fn a_token_of_another_dialect_is_deleted(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let legacy = server.legacy().sign_in(&neo).await.token;
    server
        .account()
        .delete_token(&token, &legacy)
        .await
        .done(200);
    server
        .legacy()
        .me(&legacy)
        .await
        .refused_with_code(401, "UNAUTHORIZED");
}

#[on_both_databases]
async fn a_token_of_another_account_is_not_found(db: Database) {
    let server = db.server().start();
    let trinity = server.azuma().sign_up(&Person::named("trinity")).await;
    let neo = server.azuma().sign_up(&Person::named("neo")).await;
    server
        .account()
        .delete_token(&neo, &trinity)
        .await
        .refused(404, "NOT_FOUND");
    server.azuma().own_user(&trinity).await.done(200);
}

#[on_both_databases]
async fn an_unknown_token_is_not_found(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    for unknown in [
        "",
        "nonsense",
        "a\0b",
        "ee8e77d9-290e-4bb9-84a1-c2b7efb338df",
    ] {
        server
            .account()
            .delete_token(&token, unknown)
            .await
            .refused(404, "NOT_FOUND");
    }
}

#[on_both_databases]
async fn both_need_a_token(db: Database) {
    let server = db.server().start();
    for method in [Method::GET, Method::DELETE] {
        server
            .request(method, "/account/tokens")
            .send()
            .await
            .challenged(false);
    }
}
