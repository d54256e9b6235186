use azuma_domain::ports::{SessionCheck, UserChanges};
use azuma_domain::token::Generation;
use azuma_domain::user::Change;
use azuma_testkit::sample::{self, DAY, MINUTE, now, session_id, user_id};

use super::{World, later};

#[tokio::test]
async fn an_expiry_extended_on_one_node_is_read_on_the_other() {
    let world = World::new();
    world.session(1).await;
    let (here, there) = (world.node().await, world.node().await);
    there.check(1, now()).await;
    here.check(1, later()).await;
    here.write_for_a_minute().await;
    // By what the other node has cached, the token has expired; that is the store's to say.
    there.check(1, now().plus(14 * DAY)).await;
    assert_eq!(there.gate.reads(), 2);
}

#[tokio::test]
async fn an_expiry_extended_on_one_node_is_not_moved_back_by_the_other() {
    let world = World::new();
    world.session(1).await;
    let (here, there) = (world.node().await, world.node().await);
    there.check(1, now().plus(MINUTE)).await;
    here.check(1, later()).await;
    here.write_for_a_minute().await;
    there.write_for_a_minute().await;
    let stored = world.stored(1).await.unwrap();
    assert_eq!(stored.expires_at, later().plus(14 * DAY));
    assert_eq!(stored.last_used_at, Some(later()));
}

#[tokio::test]
async fn a_user_changed_on_one_node_is_read_on_the_other_after_its_next_poll() {
    let world = World::new();
    world.session(1).await;
    let there = world.node().await;
    there.ask(1).await;
    world
        .change(|tx| {
            let changes = UserChanges {
                status: Change::Set(sample::status("away")),
                ..UserChanges::default()
            };
            Ok(tx.users().update(user_id(1), &changes).unwrap())
        })
        .await;
    there.poll().await.unwrap();
    let status = there
        .ask(1)
        .await
        .unwrap()
        .user
        .profile()
        .unwrap()
        .status
        .clone();
    assert_eq!(status, Some(sample::status("away")));
}

#[tokio::test]
async fn an_old_token_ends_on_every_node_once_the_next_is_in_use() {
    let world = World::new();
    world.rotating_session_until(1, now().plus(30 * DAY)).await;
    let there = world.node().await;
    there.check(1, now()).await;
    let grace = now().plus(MINUTE);
    world
        .change(move |tx| {
            let next = sample::token(1, 1, now().plus(60 * DAY));
            assert!(tx.sessions().insert_token(&next)?);
            tx.sessions()
                .promote(session_id(1), Generation::new(1), grace)
        })
        .await;
    there.poll().await.unwrap();
    assert!(there.ask(1).await.is_some());
    // The use that waited is written late, and moves nothing.
    there.check(1, now()).await;
    there.write_for_a_minute().await;
    assert_eq!(there.ask_at(1, grace).await, None);
    assert_eq!(world.stored(1).await.unwrap().expires_at, grace);
}

#[tokio::test]
async fn invalidating_here_and_following_oneself_are_no_contradiction() {
    let world = World::new();
    world.session(1).await;
    let here = world.node().await;
    here.ask(1).await;
    world.end(1).await;
    here.cache.invalidate(user_id(1));
    here.poll().await.unwrap();
    assert_eq!(here.ask(1).await, None);
}
