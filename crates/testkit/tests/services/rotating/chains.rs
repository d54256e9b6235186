//! Where the configuration lets a next token be due at once, several old tokens are in their grace at a time.

use azuma_domain::token::Token;
use azuma_testkit::sample::{DAY, MICROSECOND, MINUTE};

use super::SECOND;
use crate::world::{LEGACY, World};

/// Four tokens of one session, ten seconds apart, each but the last used and so answered with the one after it.
/// The third has just been used for the first time.
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
async fn every_first_use_is_answered_with_a_new_token() {
    let (_, tokens) = chain().await;
    for (number, token) in tokens.iter().enumerate() {
        assert!(!tokens[..number].contains(token));
    }
}

#[tokio::test]
async fn each_old_token_is_answered_with_its_own_successor() {
    let (world, tokens) = chain().await;
    for pair in tokens.windows(2) {
        assert!(world.next_of(&pair[0]).await == pair[1]);
    }
    // And in the other order, after a restart.
    let restarted = world.restarted(|_| {});
    for pair in tokens.windows(2).rev() {
        assert!(restarted.next_of(&pair[0]).await == pair[1]);
    }
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
async fn a_later_takeover_does_not_lengthen_an_earlier_grace() {
    let (world, [first, second, _, fourth]) = chain().await;
    world.wait(40 * SECOND);
    world.caller(&fourth).await;
    world.wait(10 * SECOND);
    world.assert_refused(&first).await;
    world.caller(&second).await;
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

#[tokio::test]
async fn the_whole_chain_is_one_session_in_lists() {
    let (world, [first, _, third, _]) = chain().await;
    assert_eq!(world.tokens_listed_to(&first).await, [third.expose()]);
}

#[tokio::test]
async fn no_more_tokens_are_made_than_were_answered() {
    let (world, tokens) = chain().await;
    let caller = world.caller(&tokens[0]).await;
    for _ in 0..3 {
        for pair in tokens.windows(2) {
            world.next_of(&pair[0]).await;
        }
    }
    assert_eq!(world.rows_of(&caller).await.len(), 4);
}
