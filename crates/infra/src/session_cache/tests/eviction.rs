use azuma_domain::ports::SessionCheck;
use azuma_domain::token::TokenHash;
use azuma_testkit::sample::{now, user_id};

use super::World;
use crate::session_cache::ledger::Entries;
use crate::session_cache::remembered::Remembered;

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
async fn no_more_are_remembered_than_there_is_room_for() {
    let (_world, node) = crowded(10, 40).await;
    for number in 1..=40 {
        assert!(node.find(number).await.is_some());
    }
    assert!(
        node.gate.reads() >= 30,
        "{} were asked for",
        node.gate.reads()
    );
    let remembered = node.cache.shared.ledger().remembered_count();
    assert!(remembered <= 10, "{remembered} are remembered");
}

#[tokio::test]
async fn without_any_room_every_question_is_the_stores() {
    let (_world, node) = crowded(0, 1).await;
    node.check(1, now()).await;
    node.check(1, now()).await;
    assert_eq!((node.gate.reads(), node.gate.writes()), (2, 2));
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
async fn what_was_evicted_and_found_again_can_be_forgotten() {
    let (world, node) = crowded(10, 40).await;
    for number in 1..=40 {
        node.find(number).await;
        world.end(number).await;
        node.cache.forget(user_id(number));
    }
    for number in 1..=40 {
        assert_eq!(node.find(number).await, None);
    }
}

#[tokio::test]
async fn of_two_tokens_that_share_a_place_the_one_found_last_is_remembered() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    let (first, mut other) = (node.find(1).await.unwrap(), node.find(1).await.unwrap());
    let mut bytes = *first.token.hash.as_bytes();
    bytes[31] ^= 1;
    other.token.hash = TokenHash::from_bytes(bytes);
    let tokens = &node.cache.shared.tokens;
    let evicted = tokens.insert(other.token.hash, Remembered::new(other.clone()));
    assert_eq!(evicted, [(first.token.hash, first.user.id)]);
    assert!(tokens.get(&first.token.hash).is_none());
    tokens.remove(&first.token.hash);
    assert!(tokens.get(&other.token.hash).is_some());
}

#[tokio::test]
async fn a_session_found_again_and_again_waits_once() {
    let (_world, node) = crowded(10, 40).await;
    for _ in 0..5 {
        for number in 1..=40 {
            node.check(number, now()).await;
        }
    }
    assert_eq!(node.cache.shared.behind.waiting_count(), 40);
}
