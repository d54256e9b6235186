//! Rotating sessions: how the next token is fixed and told.

use azuma_tests::clients::Answer;
use azuma_tests::moments::moment;
use azuma_tests::people::Person;
use azuma_tests::server::{Server, Setup};
use azuma_tests::shapes::is_legacy_token;
use azuma_tests::{Database, on_both_databases};

/// Every token is due as soon as it is issued.
pub(super) fn always_due(db: Database) -> Setup {
    db.server().set("sessions.rotating.renew_within", "30d")
}

pub(super) async fn next_of(server: &Server, token: &str) -> String {
    let answer = server.legacy().me(token).await;
    answer.done(200);
    answer
        .next_token()
        .expect("the answer carries a next token")
}

#[on_both_databases]
async fn a_fresh_token_is_not_replaced(db: Database) {
    let server = db.server().start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    assert_eq!(server.legacy().me(&token).await.next_token(), None);
    assert_eq!(
        server
            .legacy()
            .me_by_cookie(&token)
            .await
            .next_token_in_cookie(),
        None
    );
}

#[on_both_databases]
async fn where_the_header_authenticated_the_header_carries_the_next(db: Database) {
    let server = always_due(db).start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let next = next_of(&server, &token).await;
    assert!(is_legacy_token(&next), "{next}");
    assert_ne!(next, token);
}

#[on_both_databases]
async fn where_the_cookie_authenticated_the_cookie_carries_the_next(db: Database) {
    let server = always_due(db).start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let answer = server.legacy().me_by_cookie(&token).await;
    answer.done(200);
    let next = answer
        .next_token_in_cookie()
        .expect("the answer carries a next token");
    assert!(is_legacy_token(&next), "{next}");
    assert_ne!(next, token);
}

#[on_both_databases]
async fn every_use_of_a_token_names_the_same_next_one(db: Database) {
    let server = always_due(db).start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let next = next_of(&server, &token).await;
    for _ in 0..3 {
        assert_eq!(next_of(&server, &token).await, next);
    }
    let answer = server.legacy().me_by_cookie(&token).await;
    assert_eq!(answer.next_token_in_cookie(), Some(next));
}

#[on_both_databases]
async fn the_next_token_is_the_same_after_a_restart(db: Database) {
    let mut server = always_due(db).start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let next = next_of(&server, &token).await;
    server.restart().await;
    assert_eq!(next_of(&server, &token).await, next);
}

#[on_both_databases]
async fn the_next_token_is_the_same_after_a_kill(db: Database) {
    let mut server = always_due(db).start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let next = next_of(&server, &token).await;
    server.kill();
    server.start_again();
    assert_eq!(next_of(&server, &token).await, next);
    server.legacy().me(&next).await.done(200);
}

#[on_both_databases]
async fn the_current_and_the_account_dialect_replace_nothing(db: Database) {
    fn expect_nothing<T>(answer: &Answer<T>) {
        answer.done(200);
        assert_eq!(answer.header("Azuma-Session"), None);
        assert_eq!(answer.header("Set-Cookie"), None);
    }
    let server = always_due(db).start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    expect_nothing(&server.azuma().own_user(&token).await);
    expect_nothing(&server.account().tokens(&token).await);
}

#[on_both_databases]
async fn sliding_sessions_are_not_replaced(db: Database) {
    let server = always_due(db).start();
    let neo = Person::named("neo");
    let azuma = server.azuma().sign_up(&neo).await;
    let account = server.account().sign_in(&neo).await;
    for token in [azuma, account] {
        assert_eq!(server.legacy().me(&token).await.next_token(), None);
        assert_eq!(
            server
                .legacy()
                .me_by_cookie(&token)
                .await
                .next_token_in_cookie(),
            None
        );
    }
}

#[on_both_databases]
async fn using_a_rotating_session_does_not_extend_it(db: Database) {
    let server = db.server().start();
    let session = server.legacy().sign_up(&Person::named("neo")).await;
    for _ in 0..2 {
        server.legacy().me(&session.token).await.done(200);
        let listed = server.azuma().current_session(&session.token).await;
        assert_eq!(moment(&listed.expires_at), moment(&session.expiration));
    }
}

#[on_both_databases]
async fn sixteen_requests_at_once_make_one_next_token(db: Database) {
    let server = always_due(db).start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (legacy, token) = (server.legacy(), token.clone());
        requests.spawn(async move {
            let answer = legacy.me(&token).await;
            answer.done(200);
            answer
                .next_token()
                .expect("every answer carries a next token")
        });
    }
    let mut next = requests.join_all().await;
    next.sort();
    next.dedup();
    assert_eq!(next.len(), 1, "{next:?}");
    server.legacy().me(&next[0]).await.done(200);
}
