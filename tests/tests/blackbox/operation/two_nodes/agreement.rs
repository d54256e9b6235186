//! What is done on one node is known on the other.

use std::time::{Duration, Instant};

use azuma_tests::Database;
use azuma_tests::clients::Update;
use azuma_tests::deadline::Deadline;
use azuma_tests::moments::outwait;
use azuma_tests::people::Person;
use azuma_tests::server::Server;

use super::{WITHIN, expect_ended, two_nodes};

fn two_nodes_with(settings: &[(&str, &str)]) -> (Server, Server) {
    let mut setup = Database::Postgres.server();
    for (key, value) in settings {
        setup = setup.set(key, value);
    }
    let other = setup.elsewhere();
    (setup.start(), other.start())
}

#[tokio::test]
async fn accept_each_others_sessions() {
    let (here, there) = two_nodes();
    let token = here.azuma().sign_up(&Person::named("neo")).await;
    there.azuma().own_user(&token).await.done(200);
    assert_eq!(there.account().list_tokens(&token).await, [token]);
}

#[tokio::test]
async fn make_the_same_next_token() {
    let (here, there) = two_nodes_with(&[("sessions.rotating.renew_within", "30d")]);
    let token = here.legacy().sign_up(&Person::named("neo")).await.token;
    let next = here.legacy().me(&token).await.next_token();
    assert!(next.is_some(), "the token is due");
    assert_eq!(there.legacy().me(&token).await.next_token(), next);
}

#[tokio::test]
async fn end_the_tokens_that_were_replaced_on_the_other() {
    let (here, there) = two_nodes_with(&[
        ("sessions.rotating.renew_within", "30d"),
        ("sessions.rotating.grace", "1s"),
    ]);
    let token = here.legacy().sign_up(&Person::named("neo")).await.token;
    let next = there.legacy().me(&token).await.next_token();
    let next = next.expect("the token is due");
    here.legacy().me(&next).await.done(200);
    expect_ended(&there.azuma(), &token, Instant::now()).await;
    there.legacy().me(&next).await.done(200);
}

#[tokio::test]
async fn show_each_others_changes_of_a_user() {
    let (here, there) = two_nodes();
    let token = here.azuma().sign_up(&Person::named("neo")).await;
    there.azuma().own_user(&token).await.done(200);
    let update = Update::default().name("trinity");
    let update = update.icon(Some("https://icons.example/trinity"));
    let update = update.status(Some("following the rabbit"));
    here.azuma().update(&token, &update).await.done(200);
    let changed = Instant::now();
    let expected = here.azuma().own_user(&token).await.success(200);
    assert_eq!(expected.name, "trinity");
    let deadline = Deadline::in_seconds(30);
    loop {
        let asked = Instant::now();
        let user = there.azuma().own_user(&token).await.success(200);
        if user == expected {
            return;
        }
        assert!(
            asked < changed + WITHIN,
            "the other node still says {user:?}"
        );
        deadline.step().await;
    }
}

#[tokio::test]
async fn accept_a_session_whose_first_use_the_other_has_seen() {
    let (here, there) = two_nodes_with(&[("sessions.sliding.first_use_within", "3s")]);
    let token = here.azuma().sign_up(&Person::named("neo")).await;
    here.azuma().own_user(&token).await.done(200);
    outwait(Duration::from_secs(3)).await;
    there.azuma().own_user(&token).await.done(200);
}

#[tokio::test]
async fn accept_a_session_that_the_other_has_extended_since() {
    let (here, there) = two_nodes_with(&[("sessions.sliding.extend_to", "8s")]);
    let token = here.azuma().sign_up(&Person::named("neo")).await;
    there.azuma().own_user(&token).await.done(200);
    let known_there = Instant::now() + Duration::from_secs(8);
    outwait(Duration::from_secs(4)).await;
    here.azuma().own_user(&token).await.done(200);
    outwait(known_there.saturating_duration_since(Instant::now())).await;
    there.azuma().own_user(&token).await.done(200);
}
