//! Rotating sessions: how the next token is fixed and told.

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
    let next = answer.next_token();
    next.expect("the answer carries a next token")
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
async fn the_next_token_comes_back_the_way_the_current_one_came_the_same_after_a_kill(
    db: Database,
) {
    let mut server = always_due(db).start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let next = next_of(&server, &token).await;
    assert!(is_legacy_token(&next), "{next}");
    assert_ne!(next, token);
    server.kill();
    server.start_again();
    assert_eq!(next_of(&server, &token).await, next);
    let answer = server.legacy().me_by_cookie(&token).await;
    answer.done(200);
    assert_eq!(answer.next_token_in_cookie(), Some(next));
}

#[on_both_databases]
async fn the_current_and_the_account_dialect_replace_nothing(db: Database) {
    let server = always_due(db).start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    for path in ["/user/self", "/account/tokens"] {
        let answer = server.get(path).bearer(&token).send().await;
        answer.done(200);
        assert_eq!(answer.next_token(), None);
    }
}
