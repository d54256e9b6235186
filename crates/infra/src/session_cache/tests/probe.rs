//! Measuring how long memory goes on, and counting how checks were answered.

use azuma_testkit::FakeEntropy;
use azuma_testkit::sample::{SECOND, now};
use tokio::task::yield_now;

use super::{CheckCounts, World};

#[tokio::test]
async fn a_probe_lasts_until_a_poll_reads_its_end() {
    let world = World::new();
    let node = world.node().await;
    let (cache, clock) = (node.cache.clone(), world.clock.clone());
    let timing =
        tokio::spawn(async move { cache.time_revocation(&clock, &FakeEntropy::new()).await });
    let ends = async || {
        world
            .change(|tx| Ok(tx.invalidations().last()?.number.get()))
            .await
    };
    while ends().await == 0 {
        yield_now().await;
    }
    world.pass(SECOND);
    for _ in 0..100 {
        yield_now().await;
    }
    assert!(!timing.is_finished());
    node.poll().await.unwrap();
    let lag = timing.await.unwrap().unwrap();
    assert_eq!(lag, Some(SECOND));
    assert_eq!(node.cache.shared.sessions.index().token_count(), 0);
}

#[tokio::test]
async fn memory_that_takes_no_session_or_may_not_answer_is_not_measured() {
    let world = World::new();
    let (small, blind) = (world.node_with_room_for(0).await, world.new_node(10));
    for node in [small, blind] {
        let entropy = FakeEntropy::new();
        let measured = node.cache.time_revocation(&world.clock, &entropy);
        assert_eq!(measured.await.unwrap(), None);
        assert_eq!(node.gate.writes(), 0);
    }
}

#[tokio::test]
async fn checks_are_counted_by_what_answered_them() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.check(1, now()).await;
    node.check(1, now()).await;
    node.check(1, now()).await;
    assert_eq!(node.ask(2).await, None);
    node.gate.cut();
    assert!(node.try_ask(3, now()).await.is_err());
    let expected = CheckCounts {
        from_memory: 2,
        from_store: 1,
        refused: 1,
        failed: 1,
    };
    assert_eq!(node.cache.checks(), expected);
}
