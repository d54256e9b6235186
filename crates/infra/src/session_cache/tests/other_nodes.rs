use azuma_domain::token::Generation;
use azuma_testkit::sample::{self, DAY, MINUTE, now, session_id};

use super::{World, later};

#[tokio::test]
async fn an_expiry_extended_on_one_node_is_read_on_the_other() {
    let world = World::new();
    world.session(1).await;
    let (here, there) = (world.node().await, world.node().await);
    there.check(1, now()).await;
    here.check(1, later()).await;
    here.write_for_a_minute().await;
    // By what the other node has cached, the token has expired; only the store may say so.
    there.check(1, now().plus(14 * DAY)).await;
    assert_eq!(there.gate.reads(), 2);
}

#[tokio::test]
async fn an_expiry_extended_on_one_node_is_not_moved_back_by_the_other() {
    let world = World::new();
    world.session(1).await;
    let (here, there) = (world.node().await, world.node().await);
    there.check(1, now().plus(MINUTE)).await;
    here.check(1, later()).await;
    here.write_for_a_minute().await;
    there.write_for_a_minute().await;
    let stored = world.stored(1).await.unwrap();
    assert_eq!(stored.expires_at, later().plus(14 * DAY));
    assert_eq!(stored.last_used_at, Some(later()));
}

#[tokio::test]
async fn an_old_token_ends_on_every_node_once_the_next_is_in_use() {
    let world = World::new();
    world.rotating_session_until(1, now().plus(30 * DAY)).await;
    let there = world.node().await;
    there.check(1, now()).await;
    let grace = now().plus(MINUTE);
    world
        .change(move |tx| {
            let next = sample::token(1, 1, now().plus(60 * DAY));
            assert!(tx.sessions().insert_token(&next)?);
            tx.sessions()
                .promote(session_id(1), Generation::new(1), grace)
        })
        .await;
    there.poll().await.unwrap();
    assert!(there.ask(1).await.is_some());
    // The use is written late, and moves no expiry.
    there.check(1, now()).await;
    there.write_for_a_minute().await;
    assert_eq!(there.ask_at(1, grace).await, None);
    assert_eq!(world.stored(1).await.unwrap().expires_at, grace);
}

/// How many sessions ended before the backup, and whether the sweep has deleted what told of them.
async fn expect_nothing_cached_after_a_restore(ended: u32, is_pruned: bool) {
    let world = World::new();
    for number in 1..=4 {
        world.session(number).await;
    }
    for number in 1..=ended {
        world.end(number).await;
    }
    if is_pruned {
        world.change(|tx| tx.invalidations().prune(0, 1_000)).await;
    }
    let node = world.node().await;
    node.ask(4).await;
    world
        .change(|tx| tx.invalidations().begin_another_history())
        .await;
    node.poll().await.unwrap();
    node.gate.reset();
    assert!(node.ask(4).await.is_some());
    assert_eq!(node.gate.reads(), 1, "{ended} ended, {is_pruned}");
    node.poll().await.unwrap();
    node.gate.reset();
    assert!(node.ask(4).await.is_some());
    assert_eq!(node.gate.reads(), 0, "it goes on from there");
}

#[tokio::test]
async fn another_history_empties_the_cache_though_nothing_was_invalidated_in_between() {
    for ended in 0..=3 {
        expect_nothing_cached_after_a_restore(ended, false).await;
        expect_nothing_cached_after_a_restore(ended, true).await;
    }
}
