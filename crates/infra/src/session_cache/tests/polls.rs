use std::time::Duration;

use azuma_testkit::sample::user_id;

use super::{ROOM, World};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn before_the_first_poll_memory_answers_nothing() {
    let world = World::new();
    world.session(1).await;
    let node = world.new_node(ROOM);
    node.ask(1).await;
    world.end(1).await;
    assert_eq!(node.ask(1).await, None);
}

#[tokio::test]
async fn the_first_poll_invalidates_what_was_found_before_it() {
    let world = World::new();
    world.session(1).await;
    let node = world.new_node(ROOM);
    node.ask(1).await;
    world.end(1).await;
    node.poll().await.unwrap();
    assert_eq!(node.ask(1).await, None);
}

#[tokio::test]
async fn a_poll_invalidates_a_session_that_ended_elsewhere() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.ask(1).await;
    world.end(1).await;
    node.poll().await.unwrap();
    assert_eq!(node.ask(1).await, None);
}

#[tokio::test]
async fn a_poll_keeps_what_did_not_change() {
    let world = World::new();
    world.session(1).await;
    world.session(2).await;
    let node = world.node().await;
    node.ask(2).await;
    world.end(1).await;
    node.poll().await.unwrap();
    node.gate.reset();
    assert!(node.ask(2).await.is_some());
    assert_eq!(node.gate.reads(), 0);
}

#[tokio::test]
async fn memory_answers_until_two_seconds_after_the_last_poll() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.ask(1).await;
    world.end(1).await;
    world.pass(2 * SECOND - Duration::from_micros(1));
    assert!(node.ask(1).await.is_some());
    world.pass(Duration::from_micros(1));
    assert_eq!(node.ask(1).await, None);
}

#[tokio::test]
async fn the_two_seconds_count_from_when_the_poll_was_sent() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.ask(1).await;
    node.gate.hold();
    let (polled, ()) = tokio::join!(node.poll(), async {
        node.gate.until_held(1).await;
        world.end(1).await;
        world.pass(2 * SECOND);
        node.gate.release();
    });
    polled.unwrap();
    assert_eq!(node.ask(1).await, None, "the poll knew nothing of it");
}

#[tokio::test]
async fn a_frozen_poll_stops_memory_and_the_next_one_resumes_it() {
    let world = World::new();
    world.session(1).await;
    world.session(2).await;
    let node = world.node().await;
    node.ask(1).await;
    node.ask(2).await;
    node.gate.hold();
    let (frozen, ()) = tokio::join!(node.poll(), async {
        node.gate.until_held(1).await;
        world.end(1).await;
        world.pass(10 * SECOND);
        node.gate.release();
    });
    frozen.unwrap();
    node.poll().await.unwrap();
    node.gate.reset();
    assert_eq!(node.ask(1).await, None);
    assert!(node.ask(2).await.is_some());
    assert_eq!(node.gate.reads(), 1, "the second is still cached");
}

#[tokio::test]
async fn what_was_asked_for_while_memory_stood_still_can_be_revoked() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.ask(1).await;
    world.pass(2 * SECOND);
    assert!(node.ask(1).await.is_some(), "by the store");
    node.poll().await.unwrap();
    world.end(1).await;
    node.poll().await.unwrap();
    assert_eq!(node.ask(1).await, None);
}

#[tokio::test]
async fn a_poll_that_fails_leaves_memory_to_run_out() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.ask(1).await;
    node.gate.cut();
    world.pass(SECOND);
    node.poll().await.unwrap_err();
    assert!(node.ask(1).await.is_some());
    world.pass(SECOND);
    assert!(node.try_ask(1, super::now()).await.is_err());
}

#[tokio::test]
async fn a_poll_that_is_overtaken_brings_nothing_back() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.ask(1).await;
    node.gate.hold();
    let (overtaken, ()) = tokio::join!(node.poll(), async {
        node.gate.until_held(1).await;
        world.end(1).await;
        let (second, ()) = tokio::join!(node.poll(), async {
            node.gate.until_held(2).await;
            node.gate.release();
        });
        second.unwrap();
    });
    overtaken.unwrap();
    assert_eq!(node.ask(1).await, None);
    node.gate.reset();
    node.poll().await.unwrap();
    assert_eq!(node.ask(1).await, None);
}

#[tokio::test]
async fn a_node_that_missed_pruned_invalidations_invalidates_everything() {
    let world = World::new();
    world.session(1).await;
    world.session(2).await;
    world.session(3).await;
    let node = world.node().await;
    node.ask(1).await;
    node.ask(3).await;
    world.end(1).await;
    world.end(2).await;
    world.change(|tx| tx.invalidations().prune(1, 1_000)).await;
    node.poll().await.unwrap();
    assert_eq!(node.ask(1).await, None);
    node.gate.reset();
    assert!(node.ask(3).await.is_some());
    assert_eq!(node.gate.reads(), 1);
}

#[tokio::test]
async fn a_node_whose_missed_invalidations_are_all_pruned_invalidates_everything() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.ask(1).await;
    world.end(1).await;
    world.change(|tx| tx.invalidations().prune(0, 1_000)).await;
    node.poll().await.unwrap();
    assert_eq!(node.ask(1).await, None);
}

#[tokio::test]
async fn pruning_costs_a_node_that_kept_up_nothing() {
    let world = World::new();
    world.session(1).await;
    world.session(2).await;
    world.session(3).await;
    let node = world.node().await;
    node.ask(2).await;
    for number in [1, 3] {
        world.end(number).await;
    }
    node.poll().await.unwrap();
    world.change(|tx| tx.invalidations().prune(1, 1_000)).await;
    node.poll().await.unwrap();
    node.gate.reset();
    assert!(node.ask(2).await.is_some());
    assert_eq!(node.gate.reads(), 0);
}

#[tokio::test]
async fn a_poll_follows_many_at_once() {
    let world = World::new();
    for number in 1..=30 {
        world.session(number).await;
    }
    let node = world.node().await;
    for number in 1..=30 {
        node.ask(number).await;
        world
            .change(move |tx| tx.users().delete(user_id(number)))
            .await;
    }
    node.poll().await.unwrap();
    for number in 1..=30 {
        assert_eq!(node.ask(number).await, None);
    }
}
