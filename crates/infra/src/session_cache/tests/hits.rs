use azuma_domain::ports::{SessionCheck, UserChanges};
use azuma_domain::user::Change;
use azuma_testkit::sample::{self, DAY, MINUTE, now, session_id, user_id};

use super::{World, later};

#[tokio::test]
async fn a_token_found_once_is_answered_without_the_store() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    let asked = node.find(1).await;
    assert_eq!(node.find(1).await, asked);
    assert_eq!(node.gate.reads(), 1);
}

#[tokio::test]
async fn an_answer_from_memory_shows_the_uses_since() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.check(1, now().plus(MINUTE)).await;
    let found = node.find_at(1, later()).await.unwrap();
    assert_eq!(found.token.last_used_at, Some(now().plus(MINUTE)));
    assert_eq!(found.token.expires_at, now().plus(MINUTE).plus(14 * DAY));
    assert_eq!(node.gate.reads(), 1);
}

#[tokio::test]
async fn a_token_never_used_has_no_last_use() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.find(1).await;
    assert_eq!(node.find(1).await.unwrap().token.last_used_at, None);
}

#[tokio::test]
async fn an_unknown_token_is_asked_for_every_time() {
    let world = World::new();
    let node = world.node().await;
    for _ in 0..3 {
        assert_eq!(node.find(1).await, None);
    }
    assert_eq!(node.gate.reads(), 3);
    world.session(1).await;
    assert!(node.find(1).await.is_some());
}

#[tokio::test]
async fn an_expired_token_is_the_stores_to_refuse() {
    let world = World::new();
    world.session_until(1, later()).await;
    let node = world.node().await;
    assert!(node.find(1).await.is_some());
    assert_eq!(node.find_at(1, later()).await, None);
    assert_eq!(node.gate.reads(), 2);
}

#[tokio::test]
async fn what_was_forgotten_is_asked_for_again() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.find(1).await;
    world.end(1).await;
    node.cache.forget(user_id(1));
    assert_eq!(node.find(1).await, None);
}

#[tokio::test]
async fn forgetting_a_user_forgets_all_of_its_sessions_and_no_others() {
    let world = World::new();
    world.session(1).await;
    world.session(2).await;
    world
        .change(|tx| {
            let further = sample::session(3, user_id(1));
            let first = sample::token(3, 0, now().plus(DAY));
            tx.sessions().insert(&further, &first)
        })
        .await;
    let node = world.node().await;
    for number in [1, 2, 3] {
        node.find(number).await;
    }
    node.cache.forget(user_id(1));
    node.gate.reset();
    for number in [1, 2, 3] {
        assert!(node.find(number).await.is_some());
    }
    assert_eq!(node.gate.reads(), 2);
}

#[tokio::test]
async fn a_changed_user_is_read_as_it_is_once_forgotten() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.find(1).await;
    world
        .change(|tx| {
            let changes = UserChanges {
                status: Change::Set(sample::status("away")),
                ..UserChanges::default()
            };
            Ok(tx.users().update(user_id(1), &changes).unwrap())
        })
        .await;
    node.cache.forget(user_id(1));
    let status = node
        .find(1)
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
async fn a_failure_of_the_store_is_answered_and_not_remembered() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.gate.cut();
    assert!(node.try_find(1, now()).await.is_err());
    node.gate.mend();
    assert_eq!(node.find(1).await.unwrap().session_id(), session_id(1));
}
