//! Rotating sessions: how the next token is fixed and told.

use azuma_tests::clients::Answer;
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
async fn a_token_that_is_not_due_is_not_replaced(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let rotating = server.legacy().sign_up(&neo).await.token;
    let sliding = server.azuma().sign_in(&neo).await;
    for token in [rotating, sliding] {
        let answer = server.legacy().me(&token).await;
        answer.done(200);
        assert_eq!(answer.next_token(), None);
        let answer = server.legacy().me_by_cookie(&token).await;
        answer.done(200);
        assert_eq!(answer.next_token_in_cookie(), None);
    }
}

#[on_both_databases]
async fn the_next_token_comes_back_the_way_the_current_one_came(db: Database) {
    let server = always_due(db).start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let next = next_of(&server, &token).await;
    assert!(is_legacy_token(&next), "{next}");
    assert_ne!(next, token);
    let answer = server.legacy().me_by_cookie(&token).await;
    answer.done(200);
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
