//! If a next token is due at once, several old tokens are in their grace at the same time.

use azuma_domain::token::Token;
use azuma_testkit::sample::{DAY, MICROSECOND, MINUTE, SECOND};

use crate::world::{LEGACY, World};

/// Four tokens of one session, made ten seconds apart. Every token but the last was used, and answered with the next
/// one. The first use of the third is just over.
async fn chain() -> (World, [Token; 4]) {
    let world = World::new().restarted(|parts| parts.settings.lifetimes.renew_within = 30 * DAY);
    let first = world.register("neo", LEGACY).await.token;
    let second = world.next_of(&first).await;
    world.wait(10 * SECOND);
    let third = world.next_of(&second).await;
    world.wait(10 * SECOND);
    let fourth = world.next_of(&third).await;
    (world, [first, second, third, fourth])
}

#[tokio::test]
async fn each_old_token_is_answered_with_its_own_successor_and_no_other_is_made() {
    let (world, tokens) = chain().await;
    for (number, token) in tokens.iter().enumerate() {
        assert!(!tokens[..number].contains(token));
    }
    for pair in tokens.windows(2) {
        assert!(world.next_of(&pair[0]).await == pair[1]);
    }
    // Also in the other order, and on another node.
    let restarted = world.restarted(|_| {});
    for pair in tokens.windows(2).rev() {
        assert!(restarted.next_of(&pair[0]).await == pair[1]);
    }
    let caller = world.caller(&tokens[0]).await;
    assert_eq!(world.rows_of(&caller).await.len(), 4);
}

#[tokio::test]
async fn each_old_token_ends_sixty_seconds_after_its_successors_first_use() {
    let (world, [first, second, third, _]) = chain().await;
    // The second was first used ten seconds ago.
    world.wait(50 * SECOND - MICROSECOND);
    world.caller(&first).await;
    world.wait(MICROSECOND);
    world.assert_refused(&first).await;
    world.wait(10 * SECOND - MICROSECOND);
    world.caller(&second).await;
    world.wait(MICROSECOND);
    world.assert_refused(&second).await;
    world.caller(&third).await;
}

#[tokio::test]
async fn a_token_skipped_in_use_gets_its_grace_too() {
    let (world, [first, second, third, fourth]) = chain().await;
    world.caller(&fourth).await;
    world.wait(MINUTE - MICROSECOND);
    world.caller(&third).await;
    world.wait(MICROSECOND);
    for old in [&first, &second, &third] {
        world.assert_refused(old).await;
    }
    world.caller(&fourth).await;
}
