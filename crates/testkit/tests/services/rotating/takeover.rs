//! The first use of a next token makes it the current one.

use azuma_domain::token::{Generation, Token};
use azuma_testkit::all;
use azuma_testkit::sample::{DAY, MICROSECOND, MINUTE, SECOND};

use super::{answered, in_grace};
use crate::world::World;

/// The stored generation of the session's current token. This uses `token`.
async fn current_generation(world: &World, token: &Token) -> Generation {
    world.listed_to(token).await[0].session.generation
}

#[tokio::test]
async fn the_first_use_makes_a_next_token_current() {
    let (world, old, next) = answered().await;
    assert_eq!(current_generation(&world, &old).await, Generation::FIRST);
    let caller = world.caller(&next).await;
    assert_eq!(caller.current, caller.token.generation);
    let stored = current_generation(&world, &old).await;
    assert_eq!(stored, caller.token.generation);
}

#[tokio::test]
async fn the_old_token_is_gone_sixty_seconds_after_the_first_use() {
    let (world, old, next) = in_grace().await;
    world.wait(MINUTE - MICROSECOND);
    world.caller(&old).await;
    world.wait(MICROSECOND);
    world.assert_refused(&old).await;
    world.caller(&next).await;
}

#[tokio::test]
async fn in_its_grace_the_old_token_is_answered_with_the_same_next() {
    let (world, old, next) = in_grace().await;
    let expires_at = world.caller(&next).await.token.expires_at;
    world.wait(SECOND);
    let answer = world.renew(&old).await.unwrap();
    assert!(answer.token == next);
    assert_eq!(answer.expires_at, expires_at);
}

#[tokio::test]
async fn a_current_token_is_not_due_again_for_twenty_three_days() {
    let (world, _, next) = in_grace().await;
    assert!(world.renew(&next).await.is_none());
    world.wait(23 * DAY - MICROSECOND);
    assert!(world.renew(&next).await.is_none());
    world.wait(MICROSECOND);
    let third = world.next_of(&next).await;
    assert!(third != next);
    world.caller(&third).await;
}

#[tokio::test]
async fn a_next_token_first_used_near_its_end_is_followed_at_once() {
    let (world, _, next) = answered().await;
    world.wait(30 * DAY - SECOND);
    let third = world.next_of(&next).await;
    world.wait(DAY);
    world.caller(&third).await;
}

#[tokio::test]
async fn racing_first_uses_take_over_once() {
    let (world, old, next) = answered().await;
    let callers = all((0..16).map(|_| world.caller(&next))).await;
    for caller in &callers {
        assert_eq!(caller.current, caller.token.generation);
    }
    assert_eq!(world.rows_of(&callers[0]).await.len(), 2);
    world.wait(MINUTE - MICROSECOND);
    world.caller(&old).await;
    world.wait(MICROSECOND);
    world.assert_refused(&old).await;
}

#[tokio::test]
async fn a_renewal_under_way_during_the_takeover_makes_no_other() {
    let (world, old, next) = answered().await;
    let under_way = world.caller(&old).await;
    world.caller(&next).await;
    let answer = world.sessions.renew_session(&under_way).await.unwrap();
    assert!(answer.unwrap().token == next);
    assert_eq!(world.rows_of(&under_way).await.len(), 2);
}
