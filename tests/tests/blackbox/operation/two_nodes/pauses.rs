//! A node that stood still does not go by what it knew before.

use std::time::{Duration, Instant};

use azuma_tests::people::Person;
use tokio::task::JoinSet;

use super::{WITHIN, two_nodes};

/// Longer than a node may be mistaken.
const PAUSE: Duration = Duration::from_secs(4);

#[tokio::test]
async fn a_node_that_stood_still_asks_the_database() {
    let (here, there) = two_nodes();
    let token = here.azuma().sign_up(&Person::named("neo")).await;
    there.azuma().own_user(&token).await.done(200);
    there.pause();
    here.azuma().logout(&token).await.done(204);
    tokio::time::sleep(PAUSE).await;
    there.proceed();
    let status = there.azuma().own_user(&token).await.status;
    assert_ne!(status, 200, "the first answer after the pause");
}

#[tokio::test]
async fn what_was_asked_during_a_pause_is_answered_by_the_database() {
    let (here, there) = two_nodes();
    let token = here.azuma().sign_up(&Person::named("neo")).await;
    there.azuma().own_user(&token).await.done(200);
    there.pause();
    here.azuma().logout(&token).await.done(204);
    let revoked = Instant::now();
    tokio::time::sleep(PAUSE).await;
    let mut answers = JoinSet::new();
    for _ in 0..8 {
        let (azuma, token) = (there.azuma(), token.clone());
        answers.spawn(async move { azuma.own_user(&token).await.status });
    }
    assert!(revoked.elapsed() > WITHIN);
    // On one thread: the requests leave while this sleeps.
    tokio::time::sleep(Duration::from_millis(200)).await;
    there.proceed();
    for status in answers.join_all().await {
        assert_ne!(status, 200, "asked during the pause");
    }
}
