use azuma_domain::ports::SessionCheck;
use azuma_testkit::sample::user_id;

use super::World;

#[tokio::test]
async fn a_load_that_races_a_revocation_is_not_remembered() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.gate.hold();
    let (before, ()) = tokio::join!(node.find(1), async {
        node.gate.until_held(1).await;
        world.end(1).await;
        node.cache.forget(user_id(1));
        node.gate.release();
    });
    assert!(before.is_some(), "it asked before the session ended");
    assert_eq!(node.find(1).await, None);
}

#[tokio::test]
async fn a_load_that_races_a_revocation_is_not_joined_after_it() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.gate.hold();
    let (_, after, ()) = tokio::join!(
        node.find(1),
        async {
            node.gate.until_held(1).await;
            world.end(1).await;
            node.cache.forget(user_id(1));
            node.find(1).await
        },
        async {
            node.gate.until_held(2).await;
            node.gate.release();
        }
    );
    assert_eq!(after, None);
}

#[tokio::test]
async fn a_load_that_races_a_revocation_elsewhere_is_not_remembered() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.gate.hold();
    let (before, polled, ()) = tokio::join!(
        node.find(1),
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
    // The load and the poll were released together: whichever came first, the session is gone now.
    assert_eq!(node.find(1).await, None);
}

#[tokio::test]
async fn a_revocation_of_somebody_else_costs_a_load_its_place_in_memory_and_no_more() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.gate.hold();
    let (found, ()) = tokio::join!(node.find(1), async {
        node.gate.until_held(1).await;
        node.cache.forget(user_id(2));
        node.gate.release();
    });
    assert!(found.is_some());
    assert!(node.find(1).await.is_some());
    assert_eq!(node.gate.reads(), 2);
}
