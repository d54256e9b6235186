use azuma_domain::ports::Look;
use azuma_domain::session::SessionId;
use azuma_testkit::sample::{DAY, MINUTE, now, session_id, token_hash};

use super::{LIFETIMES, Node, World, later};

impl Node {
    /// The sessions of the tokens of these sessions.
    async fn look_at(&self, numbers: &[u32], look: Look) -> Vec<Option<SessionId>> {
        let hashes = numbers.iter().map(|number| token_hash(*number, 0));
        let found = self
            .cache
            .shared
            .look_at(hashes.collect(), now(), &LIFETIMES, look);
        let found = found.await.unwrap().into_iter();
        found
            .map(|live| live.map(|live| live.session_id()))
            .collect()
    }
}

#[tokio::test]
async fn many_tokens_are_one_read_and_one_write_and_then_in_memory() {
    let world = World::new();
    // The first use of each must be written before it is answered.
    for number in 1..=20 {
        world.session_until(number, now().plus(MINUTE)).await;
    }
    let node = world.node().await;
    let mut numbers: Vec<u32> = (1..=25).collect();
    numbers.push(3);
    let expected: Vec<_> = numbers
        .iter()
        .map(|number| (*number <= 20).then(|| session_id(*number)))
        .collect();
    assert_eq!(node.look_at(&numbers, Look::Use).await, expected);
    assert_eq!((node.gate.reads(), node.gate.writes()), (1, 1));
    node.gate.reset();
    assert_eq!(
        node.look_at(&numbers[..20], Look::Use).await,
        expected[..20]
    );
    assert_eq!((node.gate.reads(), node.gate.writes()), (0, 0));
}

#[tokio::test]
async fn a_peek_is_no_use() {
    let world = World::new();
    world.session_until(1, now().plus(MINUTE)).await;
    let node = world.node().await;
    for _ in 0..2 {
        assert_eq!(node.look_at(&[1], Look::Peek).await, [Some(session_id(1))]);
    }
    node.write_for_a_minute().await;
    assert_eq!((node.gate.reads(), node.gate.writes()), (1, 0));
    let stored = world.stored(1).await.unwrap();
    assert_eq!(
        (stored.expires_at, stored.last_used_at),
        (now().plus(MINUTE), None)
    );
}

#[tokio::test]
async fn a_peek_tells_the_expiry_of_a_use_that_is_not_written() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.check(1, later()).await;
    let hashes = vec![token_hash(1, 0)];
    let peeked = node
        .cache
        .shared
        .look_at(hashes, later(), &LIFETIMES, Look::Peek);
    let expires_at = peeked.await.unwrap()[0].as_ref().unwrap().token.expires_at;
    assert_eq!(expires_at, later().plus(14 * DAY));
}

#[tokio::test]
async fn what_was_ended_before_a_poll_is_not_answered() {
    let world = World::new();
    world.session(1).await;
    world.session(2).await;
    let node = world.node().await;
    node.look_at(&[1, 2], Look::Use).await;
    world.end(1).await;
    node.poll().await.unwrap();
    let expected = [None, Some(session_id(2))];
    assert_eq!(node.look_at(&[1, 2], Look::Peek).await, expected);
}
