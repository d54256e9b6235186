//! The first use of a next token makes it the current one.

use azuma_domain::session::LiveSession;
use azuma_domain::token::{Generation, Token};
use azuma_testkit::sample::{DAY, MICROSECOND, MINUTE, just_before};
use azuma_testkit::{all, both};

use super::{SECOND, answered, in_grace};
use crate::world::World;

/// The generation of the session's current token, as the store has it. `token` is used for it.
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
async fn a_next_token_used_on_another_node_is_current_everywhere() {
    let (world, old, next) = answered().await;
    let other = world.restarted(|_| {});
    let LiveSession { token, .. } = other.caller(&next).await;
    assert_eq!(current_generation(&world, &old).await, token.generation);
    world.wait(MINUTE);
    world.assert_refused(&old).await;
}

#[tokio::test]
async fn the_old_token_is_accepted_to_the_last_microsecond_of_its_grace() {
    let (world, old, _) = in_grace().await;
    world.wait(MINUTE - MICROSECOND);
    world.caller(&old).await;
}

#[tokio::test]
async fn the_old_token_is_gone_sixty_seconds_after_the_first_use() {
    let (world, old, next) = in_grace().await;
    world.wait(MINUTE);
    world.assert_refused(&old).await;
    world.caller(&next).await;
}

#[tokio::test]
async fn the_old_token_ends_at_its_own_end_where_that_is_sooner() {
    let (world, old, next) = answered().await;
    world.wait(7 * DAY - 30 * SECOND);
    world.caller(&next).await;
    world.wait(30 * SECOND - MICROSECOND);
    world.caller(&old).await;
    world.wait(MICROSECOND);
    world.assert_refused(&old).await;
    world.caller(&next).await;
}

#[tokio::test]
async fn in_its_grace_the_old_token_is_answered_with_the_same_next() {
    let (world, old, next) = in_grace().await;
    for _ in 0..5 {
        assert!(world.next_of(&old).await == next);
        world.wait(10 * SECOND);
    }
    assert!(world.restarted(|_| {}).next_of(&old).await == next);
}

#[tokio::test]
async fn in_its_grace_the_old_token_is_told_the_expiry_of_the_next() {
    let (world, old, next) = in_grace().await;
    let expires_at = world.caller(&next).await.token.expires_at;
    world.wait(SECOND);
    assert_eq!(world.renew(&old).await.unwrap().expires_at, expires_at);
}

#[tokio::test]
async fn further_uses_of_either_token_do_not_move_the_end_of_the_grace() {
    let (world, old, next) = in_grace().await;
    for _ in 0..59 {
        world.wait(SECOND);
        world.caller(&old).await;
        world.caller(&next).await;
    }
    world.wait(SECOND);
    world.assert_refused(&old).await;
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
async fn the_next_token_lives_on_where_the_old_one_expires_first() {
    let (world, old, next) = answered().await;
    world.wait(7 * DAY);
    world.assert_refused(&old).await;
    world.wait(23 * DAY - MICROSECOND);
    world.caller(&next).await;
}

#[tokio::test]
async fn a_next_token_never_used_is_gone_after_its_thirty_days() {
    let (world, _, next) = answered().await;
    world.wait(30 * DAY);
    world.assert_refused(&next).await;
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
async fn a_takeover_does_not_move_the_end_of_the_next_token() {
    let (world, old, _) = answered().await;
    let promised = world.renew(&old).await.unwrap();
    world.wait(DAY);
    let used = world.caller(&promised.token).await;
    assert_eq!(used.token.expires_at, promised.expires_at);
    world.parts.clock.set(just_before(promised.expires_at));
    world.caller(&promised.token).await;
    world.wait(MICROSECOND);
    world.assert_refused(&promised.token).await;
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
async fn a_renewal_racing_with_the_first_use_of_the_next_token_makes_no_other() {
    let (world, old, next) = answered().await;
    let (answer, caller) = both(world.next_of(&old), world.caller(&next)).await;
    assert!(answer == next);
    assert_eq!(world.rows_of(&caller).await.len(), 2);
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
