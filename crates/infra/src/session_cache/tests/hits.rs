use azuma_domain::ports::{MaybeReady, SessionCheck};
use azuma_testkit::sample::{self, DAY, now, session_id, token_hash, user_id};

use super::{LIFETIMES, World, later};

#[tokio::test]
async fn a_token_found_once_is_answered_without_the_store() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    let found = node.ask(1).await;
    assert_eq!(node.ask(1).await, found);
    assert_eq!(node.gate.reads(), 1);
}

#[tokio::test]
async fn an_answer_shows_the_use_it_is_of() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    for at in [now(), later()] {
        let found = node.ask_at(1, at).await.unwrap();
        assert_eq!(found.token.last_used_at, Some(at));
        assert_eq!(found.token.expires_at, at.plus(14 * DAY));
    }
    assert_eq!(node.gate.reads(), 1);
}

#[tokio::test]
async fn an_answer_by_a_clock_that_went_back_shows_the_later_use() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.check(1, later()).await;
    let found = node.ask(1).await.unwrap();
    assert_eq!(found.token.last_used_at, Some(later()));
    assert_eq!(found.token.expires_at, later().plus(14 * DAY));
}

#[tokio::test]
async fn an_answer_from_memory_is_there_at_once() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.check(1, now()).await;
    let answer = node.cache.use_token(token_hash(1, 0), now(), &LIFETIMES);
    assert!(matches!(answer, MaybeReady::Now(_)));
}

#[tokio::test]
async fn an_unknown_token_is_asked_for_every_time() {
    let world = World::new();
    let node = world.node().await;
    for _ in 0..3 {
        assert_eq!(node.ask(1).await, None);
    }
    assert_eq!(node.gate.reads(), 3);
    world.session(1).await;
    assert!(node.ask(1).await.is_some());
}

#[tokio::test]
async fn an_expired_token_is_the_stores_to_refuse() {
    let world = World::new();
    world.rotating_session_until(1, later()).await;
    let node = world.node().await;
    assert!(node.ask(1).await.is_some());
    assert_eq!(node.ask_at(1, later()).await, None);
    assert_eq!(node.gate.reads(), 2);
}

#[tokio::test]
async fn what_was_invalidated_is_asked_for_again() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.ask(1).await;
    world.end(1).await;
    node.cache.invalidate(user_id(1));
    assert_eq!(node.ask(1).await, None);
}

#[tokio::test]
async fn an_invalidated_user_loses_all_of_its_sessions_and_no_other_user_any() {
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
        node.ask(number).await;
    }
    node.cache.invalidate(user_id(1));
    node.gate.reset();
    for number in [1, 2, 3] {
        assert!(node.ask(number).await.is_some());
    }
    assert_eq!(node.gate.reads(), 2);
}

#[tokio::test]
async fn a_failure_of_the_store_is_answered_and_not_cached() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.gate.cut();
    assert!(node.try_ask(1, now()).await.is_err());
    node.gate.mend();
    assert_eq!(node.ask(1).await.unwrap().session_id(), session_id(1));
}
