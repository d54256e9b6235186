use std::time::Duration;

use azuma_domain::ports::{Cause, HistoryPosition};
use azuma_testkit::sample::{session_id, user_id};

use super::{Node, ROOM, World};

impl Node {
    fn end(&self) -> HistoryPosition {
        self.cache.history().end().unwrap()
    }

    /// What is told of those after a place.
    fn causes_after(&self, place: HistoryPosition) -> Option<Vec<Cause>> {
        let told = self.cache.history().after(place, 1_000)?;
        Some(told.changes.iter().map(|row| row.cause).collect())
    }
}

fn ended(numbers: impl IntoIterator<Item = u32>) -> Option<Vec<Cause>> {
    let ended = numbers
        .into_iter()
        .map(|number| Cause::SessionEnded(session_id(number)));
    Some(ended.collect())
}

/// Sessions, of which each will be ended.
async fn sessions(count: u32) -> World {
    let world = World::new();
    for number in 1..=count {
        world.session(number).await;
    }
    world
}

#[tokio::test]
async fn what_a_poll_has_read_is_told_in_order_and_once() {
    let world = sessions(4).await;
    let node = world.node().await;
    let start = node.end();
    assert_eq!(node.causes_after(start), ended([]));
    for number in 1..=2 {
        world.end(number).await;
    }
    node.poll().await.unwrap();
    node.poll().await.unwrap();
    let middle = node.end();
    for number in 3..=4 {
        world.end(number).await;
    }
    // Both have read the last two.
    let (one, other) = tokio::join!(node.poll(), node.poll());
    one.and(other).unwrap();
    assert_eq!(node.causes_after(start), ended(1..=4));
    assert_eq!(node.causes_after(middle), ended(3..=4));
    assert_eq!(
        node.cache
            .history()
            .after(start, 3)
            .map(|told| told.changes.len()),
        Some(3)
    );
}

#[tokio::test]
async fn a_probe_is_told_to_nobody_and_passed_over() {
    let world = sessions(3).await;
    let node = world.node().await;
    let start = node.end();
    let probe = async || {
        world
            .change(|tx| tx.invalidations().add_probe(user_id(9)))
            .await;
    };
    probe().await;
    node.poll().await.unwrap();
    let page = node.cache.history().after(start, 2).unwrap();
    assert_eq!((page.changes.len(), page.end), (0, node.end()));
    for number in 1..=3 {
        probe().await;
        world.end(number).await;
    }
    probe().await;
    node.poll().await.unwrap();
    let page = node.cache.history().after(start, 2).unwrap();
    assert_eq!(page.changes.len(), 2, "all that fit");
    assert_eq!(node.causes_after(page.end), ended(3..=3));
    let last = node.cache.history().after(page.end, 2).unwrap();
    assert_eq!(last.end, node.end());
}

#[tokio::test]
async fn a_node_that_starts_knows_what_the_database_has_kept() {
    let world = sessions(5).await;
    let first = world.node().await;
    let start = first.end();
    for number in 1..=3 {
        world.end(number).await;
    }
    first.poll().await.unwrap();
    let place = first.end();
    world.end(4).await;
    let second = world.node().await;
    assert_eq!(second.causes_after(start), ended(1..=4));
    assert_eq!(second.causes_after(place), ended(4..=4));
    world.change(|tx| tx.invalidations().prune(2, 1_000)).await;
    let third = world.node().await;
    assert_eq!(third.causes_after(start), None, "it is not kept");
    assert_eq!(third.causes_after(place), ended(4..=4));
    world.change(|tx| tx.invalidations().prune(0, 1_000)).await;
    let fourth = world.node().await;
    assert_eq!(fourth.causes_after(fourth.end()), ended([]));
    world.end(5).await;
    fourth.poll().await.unwrap();
    assert_eq!(fourth.causes_after(fourth.end()), ended([]));
}

#[tokio::test]
async fn a_place_of_another_history_is_not_known() {
    let world = sessions(3).await;
    let node = world.node().await;
    world.end(1).await;
    node.poll().await.unwrap();
    let before = node.end();
    world
        .change(|tx| tx.invalidations().begin_another_history())
        .await;
    world.end(2).await;
    node.poll().await.unwrap();
    assert_eq!(node.causes_after(before), None);
    assert_eq!(world.node().await.causes_after(before), None);
    let place = node.end();
    world.end(3).await;
    node.poll().await.unwrap();
    assert_eq!(node.causes_after(place), ended(3..=3));
    let forged = HistoryPosition {
        mark: None,
        ..place
    };
    assert_eq!(node.causes_after(forged), None);
}

#[tokio::test]
async fn a_node_is_current_for_a_second_after_its_last_answered_poll_was_sent() {
    let world = World::new();
    let node = world.new_node(ROOM);
    assert!(!node.cache.history().is_current());
    node.poll().await.unwrap();
    world.pass(Duration::from_secs(1));
    assert!(node.cache.history().is_current());
    node.gate.cut();
    node.poll().await.unwrap_err();
    world.pass(Duration::from_micros(1));
    assert!(!node.cache.history().is_current());
}

#[tokio::test]
async fn who_waits_is_woken_by_a_change_and_by_nothing_else() {
    let world = sessions(1).await;
    let node = world.node().await;
    let history = node.cache.history();
    let mut moved = tokio::spawn(history.moved_on(node.end()));
    node.poll().await.unwrap();
    tokio::task::yield_now().await;
    assert!(!moved.is_finished());
    world.end(1).await;
    node.poll().await.unwrap();
    (&mut moved).await.unwrap();
    let asked = history.asked_again();
    world.pass(Duration::from_millis(1));
    let (polled, ()) = tokio::join!(node.poll(), asked);
    polled.unwrap();
}
