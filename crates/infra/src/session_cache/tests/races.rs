use azuma_domain::ports::SessionCheck;
use azuma_testkit::sample::user_id;

use super::World;

#[tokio::test]
async fn a_lookup_that_races_a_revocation_is_not_cached() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.gate.hold();
    let (before, ()) = tokio::join!(node.ask(1), async {
        node.gate.until_held(1).await;
        world.end(1).await;
        node.cache.invalidate(user_id(1));
        node.gate.release();
    });
    assert!(before.is_some(), "it asked before the session ended");
    assert_eq!(node.ask(1).await, None);
}

#[tokio::test]
async fn who_asks_after_a_revocation_and_waits_for_a_lookup_before_it_is_refused() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.gate.hold();
    let (before, after) = tokio::join!(node.ask(1), async {
        node.gate.until_held(1).await;
        world.end(1).await;
        node.cache.invalidate(user_id(1));
        let (after, ()) = tokio::join!(
            biased;
            node.ask(1),
            async { node.gate.release() }
        );
        after
    });
    assert!(before.is_some(), "it asked before the session ended");
    assert_eq!(after, None);
}

#[tokio::test]
async fn a_lookup_that_races_a_revocation_elsewhere_is_not_cached() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.gate.hold();
    let (before, polled, ()) = tokio::join!(
        node.ask(1),
        async {
            node.gate.until_held(1).await;
            world.end(1).await;
            node.poll().await
        },
        async {
            node.gate.until_held(2).await;
            node.gate.release();
        }
    );
    assert!(before.is_some());
    polled.unwrap();
    // The lookup and the poll were released together: whichever came first, the session is gone now.
    assert_eq!(node.ask(1).await, None);
}

#[tokio::test]
async fn a_revocation_of_somebody_else_costs_a_lookup_its_place_in_memory_and_no_more() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.gate.hold();
    let (found, ()) = tokio::join!(node.ask(1), async {
        node.gate.until_held(1).await;
        node.cache.invalidate(user_id(2));
        node.gate.release();
    });
    assert!(found.is_some());
    assert!(node.ask(1).await.is_some());
    assert_eq!(node.gate.reads(), 2);
}
