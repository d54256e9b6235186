use azuma_domain::ports::SessionCheck;
use azuma_domain::session::Lifetimes;
use azuma_testkit::all;
use azuma_testkit::sample::{DAY, MICROSECOND, MINUTE, now, token_hash, user_id};

use super::{LIFETIMES, Node, World, later};

/// Uses of a session that extend it by at most a day.
const DAILY: Lifetimes = Lifetimes {
    extend_to: DAY,
    ..LIFETIMES
};

async fn use_once(node: &Node, lifetimes: &Lifetimes) {
    let used = node.cache.use_token(token_hash(1, 0), now(), lifetimes);
    assert!(used.await.unwrap().is_some());
}

#[tokio::test]
async fn a_use_of_a_token_with_ten_minutes_left_is_written_later() {
    let world = World::new();
    world.session_until(1, now().plus(10 * MINUTE)).await;
    let node = world.node().await;
    use_once(&node, &DAILY).await;
    assert_eq!(node.gate.writes(), 0);
    node.write_for_a_minute().await;
    assert_eq!(node.gate.writes(), 1);
    let stored = world.stored(1).await.unwrap();
    assert_eq!(stored.expires_at, now().plus(DAY));
    assert_eq!(stored.last_used_at, Some(now()));
}

#[tokio::test]
async fn a_use_of_a_token_with_less_left_is_written_first() {
    let world = World::new();
    let expires_at = now().plus(10 * MINUTE - MICROSECOND);
    world.session_until(1, expires_at).await;
    let node = world.node().await;
    use_once(&node, &DAILY).await;
    let stored = world.stored(1).await.unwrap();
    assert_eq!(stored.expires_at, now().plus(DAY));
}

#[tokio::test]
async fn a_use_that_extends_by_a_day_is_written_later() {
    let world = World::new();
    world.session_until(1, now().plus(13 * DAY)).await;
    let node = world.node().await;
    use_once(&node, &LIFETIMES).await;
    assert_eq!(node.gate.writes(), 0);
}

#[tokio::test]
async fn a_use_that_extends_by_more_is_written_first() {
    let world = World::new();
    world
        .session_until(1, now().plus(13 * DAY - MICROSECOND))
        .await;
    let node = world.node().await;
    use_once(&node, &LIFETIMES).await;
    let stored = world.stored(1).await.unwrap();
    assert_eq!(stored.expires_at, now().plus(14 * DAY));
}

#[tokio::test]
async fn what_was_written_first_is_not_written_again_later() {
    let world = World::new();
    world.session_until(1, later()).await;
    let node = world.node().await;
    node.check(1, now()).await;
    node.write_for_a_minute().await;
    assert_eq!(node.gate.writes(), 1);
}

#[tokio::test]
async fn simultaneous_first_uses_are_one_write() {
    let world = World::new();
    world.session_until(1, later()).await;
    let node = world.node().await;
    let found = all((0..8).map(|_| node.ask(1))).await;
    assert!(found.iter().all(Option::is_some));
    assert_eq!(node.gate.writes(), 1);
}

#[tokio::test]
async fn a_rotating_token_near_its_end_has_nothing_to_write_first() {
    let world = World::new();
    world.rotating_session_until(1, later()).await;
    let node = world.node().await;
    node.check(1, now()).await;
    assert_eq!(node.gate.writes(), 0);
    node.write_for_a_minute().await;
    let stored = world.stored(1).await.unwrap();
    assert_eq!(
        (stored.expires_at, stored.last_used_at),
        (later(), Some(now()))
    );
}

#[tokio::test]
async fn many_uses_of_a_minute_are_one_write() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    for second in 0..50 {
        node.check(1, now().plus(second * MICROSECOND)).await;
    }
    node.write_for_a_minute().await;
    assert_eq!(node.gate.writes(), 1);
    let stored = world.stored(1).await.unwrap();
    assert_eq!(stored.last_used_at, Some(now().plus(49 * MICROSECOND)));
}

#[tokio::test]
async fn a_use_after_a_write_is_written_the_next_time() {
    let (world, node) = World::with_an_unwritten_use().await;
    node.write_for_a_minute().await;
    node.check(1, later()).await;
    node.write_for_a_minute().await;
    assert_eq!(world.stored(1).await.unwrap().last_used_at, Some(later()));
}

#[tokio::test]
async fn stopping_writes_what_waits() {
    let world = World::new();
    for number in 1..=5 {
        world.session(number).await;
    }
    let node = world.node().await;
    for number in 1..=5 {
        node.check(number, now()).await;
    }
    node.cache.write_all_uses().await;
    for number in 1..=5 {
        assert_eq!(
            world.stored(number).await.unwrap().last_used_at,
            Some(now())
        );
    }
}

#[tokio::test]
async fn a_use_in_flight_does_not_revive_a_session_that_ended() {
    let (world, node) = World::with_an_unwritten_use().await;
    world.end(1).await;
    node.cache.invalidate(user_id(1));
    node.write_for_a_minute().await;
    assert_eq!(world.stored(1).await, None);
    assert_eq!(node.ask(1).await, None);
}

#[tokio::test]
async fn a_use_that_waits_while_its_session_is_loaded_anew_is_written() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.check(1, later()).await;
    node.cache.invalidate(user_id(1));
    // The clock of this one was behind.
    node.check(1, now()).await;
    node.write_for_a_minute().await;
    let stored = world.stored(1).await.unwrap();
    assert_eq!(stored.last_used_at, Some(later()));
    assert_eq!(stored.expires_at, later().plus(14 * DAY));
    assert_eq!(node.gate.writes(), 1);
}

#[tokio::test]
async fn a_use_written_first_that_finds_no_token_does_not_revive_it() {
    let world = World::new();
    world.session_until(1, later()).await;
    let node = world.node().await;
    node.gate.hold();
    let (used, ()) = tokio::join!(node.ask(1), async {
        node.gate.until_held(1).await;
        // Swept while the request was under way: by another node's clock it had expired.
        world
            .change(|tx| tx.sessions().delete_expired(later(), 10))
            .await;
        node.gate.release();
    });
    assert_eq!(used, None);
    assert_eq!(node.ask(1).await, None);
}

#[tokio::test]
async fn a_use_written_later_that_finds_no_token_does_not_revive_it() {
    let (world, node) = World::with_an_unwritten_use().await;
    let far = now().plus(15 * DAY);
    world
        .change(move |tx| tx.sessions().delete_expired(far, 10))
        .await;
    node.write_for_a_minute().await;
    assert_eq!(node.ask(1).await, None);
}

#[tokio::test]
async fn two_of_a_token_in_use_at_once_both_wait() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    let uses = &node.cache.shared.uses;
    node.check(1, now()).await;
    let cached = || node.cache.shared.sessions.get(&token_hash(1, 0)).unwrap();
    let older = cached();
    node.cache.invalidate(user_id(1));
    node.check(1, now()).await;
    let newer = cached();
    // A request that got the older one before the invalidation goes on now.
    older.record_use(now().plus(MINUTE), &LIFETIMES);
    uses.queue(&older);
    newer.record_use(later(), &LIFETIMES);
    uses.queue(&newer);
    node.write_for_a_minute().await;
    assert_eq!(world.stored(1).await.unwrap().last_used_at, Some(later()));
}

#[tokio::test]
async fn a_use_made_while_an_earlier_one_is_written_is_written_the_next_time() {
    let (world, node) = World::with_an_unwritten_use().await;
    node.gate.hold();
    let ((), ()) = tokio::join!(node.write_for_a_minute(), async {
        node.gate.until_held(1).await;
        node.check(1, later()).await;
        node.gate.release();
    });
    node.write_for_a_minute().await;
    assert_eq!(node.gate.writes(), 2);
    assert_eq!(world.stored(1).await.unwrap().last_used_at, Some(later()));
}

#[tokio::test]
async fn a_use_that_waited_for_another_to_be_written_first_is_written_too() {
    let world = World::new();
    world.session_until(1, later()).await;
    let node = world.node().await;
    // Now the session is cached, and no use of it is queued.
    node.gate.cut_writes();
    assert!(node.try_ask(1, now()).await.is_err());
    node.gate.mend();
    node.gate.reset();
    node.gate.hold();
    let second = now().plus(MINUTE);
    tokio::join!(
        biased;
        node.check(1, now()),
        node.check(1, second),
        async {
            node.gate.until_held(1).await;
            node.gate.release();
        }
    );
    assert_eq!(node.gate.writes(), 1);
    assert_eq!(world.stored(1).await.unwrap().last_used_at, Some(now()));
    node.write_for_a_minute().await;
    let stored = world.stored(1).await.unwrap();
    assert_eq!(stored.last_used_at, Some(second));
    assert_eq!(stored.expires_at, second.plus(14 * DAY));
}
