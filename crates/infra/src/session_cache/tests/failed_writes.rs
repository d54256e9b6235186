use azuma_testkit::sample::now;

use super::{World, later};

#[tokio::test]
async fn uses_that_could_not_be_written_are_tried_again() {
    let (world, node) = World::with_an_unwritten_use().await;
    node.gate.cut();
    node.write_for_a_minute().await;
    node.gate.mend();
    node.cache.shared.uses.flush_due().await.unwrap();
    assert_eq!(world.stored(1).await.unwrap().last_used_at, Some(now()));
}

#[tokio::test]
async fn a_use_made_while_a_write_fails_is_not_lost() {
    let (world, node) = World::with_an_unwritten_use().await;
    node.gate.hold_failing();
    let ((), ()) = tokio::join!(node.write_for_a_minute(), async {
        node.gate.until_held(1).await;
        node.check(1, later()).await;
        node.gate.mend();
        node.gate.release();
    });
    node.cache.write_all_uses().await;
    assert_eq!(world.stored(1).await.unwrap().last_used_at, Some(later()));
}

#[tokio::test]
async fn stopping_waits_for_a_flush_under_way_and_writes_what_it_could_not() {
    let (world, node) = World::with_an_unwritten_use().await;
    node.gate.hold_failing();
    let ((), ()) = tokio::join!(node.write_for_a_minute(), async {
        node.gate.until_held(1).await;
        let ((), ()) = tokio::join!(node.cache.write_all_uses(), async {
            node.gate.mend();
            node.gate.release();
        });
        assert_eq!(world.stored(1).await.unwrap().last_used_at, Some(now()));
    });
}

#[tokio::test]
async fn a_flush_that_is_given_up_loses_no_use() {
    let (world, node) = World::with_an_unwritten_use().await;
    node.gate.hold_failing();
    tokio::select! {
        () = node.write_for_a_minute() => {}
        () = node.gate.until_held(1) => {}
    }
    node.gate.mend();
    node.gate.release();
    node.cache.write_all_uses().await;
    assert_eq!(world.stored(1).await.unwrap().last_used_at, Some(now()));
}

#[tokio::test]
async fn after_an_hour_without_the_store_each_use_is_written_once() {
    let world = World::new();
    for number in 1..=20 {
        world.session(number).await;
    }
    let node = world.node().await;
    for number in 1..=20 {
        node.check(number, now()).await;
    }
    node.gate.cut();
    for _ in 0..60 {
        node.write_for_a_minute().await;
    }
    node.gate.mend();
    node.cache.shared.uses.flush_due().await.unwrap();
    for number in 1..=20 {
        let stored = world.stored(number).await.unwrap();
        assert_eq!(stored.last_used_at, Some(now()), "session {number}");
    }
    assert_eq!(node.cache.shared.uses.waiting_count(), 0);
    node.gate.reset();
    node.write_for_a_minute().await;
    assert_eq!(node.gate.writes(), 0);
}

#[tokio::test]
async fn a_use_that_cannot_be_written_first_is_refused() {
    let world = World::new();
    world.session_until(1, later()).await;
    let node = world.node().await;
    node.gate.cut_writes();
    assert!(node.try_ask(1, now()).await.is_err());
    // By the stored expiry, which counts, the token has expired then.
    node.gate.mend();
    assert_eq!(node.ask_at(1, later()).await, None);
}
