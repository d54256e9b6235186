use azuma_domain::ports::SessionCheck;
use azuma_testkit::sample::{now, user_id};

use super::World;

/// Sessions 1 to `count`, each checked once by a node with room for fewer.
async fn crowded(room: u32, count: u32) -> (World, super::Node) {
    let world = World::new();
    let node = world.node_with_room_for(room).await;
    for number in 1..=count {
        world.session(number).await;
        node.check(number, now()).await;
    }
    node.gate.reset();
    (world, node)
}

#[tokio::test]
async fn no_more_are_cached_than_there_is_room_for() {
    let (_world, node) = crowded(10, 40).await;
    for number in 1..=40 {
        assert!(node.ask(number).await.is_some());
    }
    assert!(
        node.gate.reads() >= 30,
        "{} were asked for",
        node.gate.reads()
    );
    let cached = node.cache.shared.sessions.index().token_count();
    assert!(cached <= 10, "{cached} are cached");
}

#[tokio::test]
async fn without_any_room_every_question_is_the_stores() {
    let (_world, node) = crowded(0, 1).await;
    node.check(1, now()).await;
    node.check(1, now()).await;
    assert_eq!((node.gate.reads(), node.gate.writes()), (2, 0));
    assert_eq!(node.cache.shared.sessions.index().token_count(), 0);
    node.write_for_a_minute().await;
    assert_eq!(node.gate.writes(), 1);
}

#[tokio::test]
async fn uses_of_what_was_evicted_are_written() {
    let (world, node) = crowded(10, 40).await;
    node.write_for_a_minute().await;
    for number in 1..=40 {
        let stored = world.stored(number).await.unwrap();
        assert_eq!(stored.last_used_at, Some(now()), "session {number}");
    }
}

#[tokio::test]
async fn what_was_evicted_and_found_again_can_be_invalidated() {
    let (world, node) = crowded(10, 40).await;
    for number in 1..=40 {
        node.ask(number).await;
        world.end(number).await;
        node.cache.invalidate(user_id(number));
    }
    for number in 1..=40 {
        assert_eq!(node.ask(number).await, None);
    }
}

#[tokio::test]
async fn a_session_found_again_and_again_waits_once() {
    let (_world, node) = crowded(10, 40).await;
    for _ in 0..5 {
        for number in 1..=40 {
            node.check(number, now()).await;
        }
    }
    assert_eq!(node.cache.shared.uses.waiting_count(), 40);
}
