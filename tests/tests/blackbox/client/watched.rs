//! Sessions whose end is told.

use std::time::Instant;

use azuma_client::{CachedSessions, State, Token, Watch};
use azuma_tests::Database;
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use tokio::time::timeout;

use super::{WITHIN, sessions_of};

async fn watch(sessions: &CachedSessions, token: &str) -> Watch {
    let watch = sessions.watch(&Token::new(token)).await.unwrap();
    watch.expect("a live token")
}

async fn expect_told(watch: &mut Watch, what: &str) {
    let since = Instant::now();
    let told = timeout(WITHIN, watch.ended()).await;
    assert!(
        told.is_ok(),
        "{what} is not told after {:?}",
        since.elapsed()
    );
    assert_eq!(watch.state(), State::Ended);
}

#[tokio::test]
async fn every_way_to_end_a_session_is_told_and_others_are_left() {
    let server = Database::Sqlite.server().start();
    let azuma = server.azuma();
    let sessions = sessions_of(&server);
    let neo = Person::named("neo");
    let first = azuma.sign_up(&neo).await;
    let mut bystander = watch(&sessions, &first).await;

    let token = azuma.sign_in(&neo).await;
    let mut watched = watch(&sessions, &token).await;
    azuma.logout(&token).await.done(204);
    expect_told(&mut watched, "a logout").await;

    let token = azuma.sign_in(&neo).await;
    let mut watched = watch(&sessions, &token).await;
    let id = azuma.current_session(&token).await.id;
    azuma.revoke_session(&first, &id).await.done(204);
    expect_told(&mut watched, "an end by id").await;

    let token = azuma.sign_in(&neo).await;
    let mut watched = watch(&sessions, &token).await;
    azuma
        .change_password(&first, "another-secret")
        .await
        .done(200);
    expect_told(&mut watched, "a change of the password").await;
    while bystander.state() != State::Live {
        bystander.changed().await;
    }

    server.setup().run(&["user", "disable", "neo"]).success();
    expect_told(&mut bystander, "a disabled account").await;
}

fn rotating() -> Server {
    let setup = Database::Sqlite.server();
    let setup = setup.set("sessions.rotating.renew_within", "30d");
    setup.set("sessions.rotating.grace", "1s").start()
}

#[tokio::test]
async fn a_new_token_does_not_end_a_session_and_its_end_is_told() {
    let server = rotating();
    let legacy = server.legacy();
    let sessions = sessions_of(&server);
    let neo = Person::named("neo");
    let token = legacy.sign_up(&neo).await.token;
    let mut rotated = watch(&sessions, &token).await;
    let next = legacy.me(&token).await.next_token().expect("it is due");
    legacy.me(&next).await.done(200);

    // The history is told in order: whoever knows of this logout knows of the new token.
    let later = server.azuma().sign_in(&neo).await;
    let mut watched = watch(&sessions, &later).await;
    server.azuma().logout(&later).await.done(204);
    expect_told(&mut watched, "a logout").await;
    assert_eq!(rotated.state(), State::Live);

    server.azuma().logout(&next).await.done(204);
    expect_told(&mut rotated, "a logout by the new token").await;
}

#[tokio::test]
async fn while_the_server_stands_still_nothing_is_known_and_nothing_has_ended() {
    let server = Database::Sqlite.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let sessions = sessions_of(&server);
    let mut watched = watch(&sessions, &token).await;
    while watched.state() != State::Live {
        watched.changed().await;
    }
    server.pause();
    let told = timeout(WITHIN, watched.changed()).await;
    assert_eq!(told.ok(), Some(State::Unknown));
    server.proceed();
    assert_eq!(watched.changed().await, State::Live);
}

#[tokio::test]
async fn what_is_not_live_is_not_watched() {
    let server = Database::Sqlite.server().start();
    let sessions = sessions_of(&server);
    let watched = sessions.watch(&Token::new("nobody")).await.unwrap();
    assert!(watched.is_none());
}
