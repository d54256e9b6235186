//! When a next token is made, and that only one is made.

use azuma_domain::services::LogoutScope;
use azuma_testkit::all;
use azuma_testkit::sample::{DAY, MICROSECOND, MINUTE, SECOND, just_before};

use super::{answered, due};
use crate::world::{LEGACY, World};

#[tokio::test]
async fn no_next_token_is_due_with_more_than_seven_days_left() {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    assert!(world.renew(&neo.token).await.is_none());
    world.wait(23 * DAY - MICROSECOND);
    assert!(world.renew(&neo.token).await.is_none());
    let caller = world.caller(&neo.token).await;
    assert_eq!(world.rows_of(&caller).await.len(), 1);
}

#[tokio::test]
async fn a_next_token_is_due_with_seven_days_left() {
    let (world, neo) = due().await;
    let next = world.next_of(&neo.token).await;
    assert!(next != neo.token);
    assert_eq!(next.expose().len(), 64);
}

#[tokio::test]
async fn using_a_rotating_token_does_not_move_its_end() {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    for _ in 0..29 {
        world.wait(DAY);
        let used = world.caller(&neo.token).await;
        assert_eq!(used.token.expires_at, neo.expires_at);
    }
    world.wait(DAY);
    world.assert_refused(&neo.token).await;
}

#[tokio::test]
async fn a_next_token_has_thirty_days_from_when_it_was_fixed() {
    let (world, neo) = due().await;
    let fixed_at = world.now();
    let next = world.renew(&neo.token).await.unwrap();
    assert_eq!(next.expires_at, fixed_at.plus(30 * DAY));
    world.wait(5 * DAY);
    let again = world.renew(&neo.token).await.unwrap();
    assert_eq!(again.expires_at, fixed_at.plus(30 * DAY));
    world.parts.clock.set(just_before(again.expires_at));
    assert!(world.is_live(&again.token).await);
    world.wait(MICROSECOND);
    world.assert_refused(&again.token).await;
}

#[tokio::test]
async fn every_use_of_the_old_token_is_answered_with_the_same_next_until_it_expires() {
    let (world, old, next) = answered().await;
    for _ in 0..6 {
        world.wait(DAY);
        assert!(world.next_of(&old).await == next);
    }
    world.wait(DAY - MICROSECOND);
    assert!(world.next_of(&old).await == next);
    let caller = world.caller(&old).await;
    assert_eq!(world.rows_of(&caller).await.len(), 2);
    world.wait(MICROSECOND);
    world.assert_refused(&old).await;
}

#[tokio::test]
async fn a_next_token_stays_the_answer_where_it_would_no_longer_be_due() {
    let (world, old, next) = answered().await;
    let patient = world.restarted(|parts| parts.settings.lifetimes.renew_within = 3 * DAY);
    let answer = patient.renew(&old).await.map(|next| next.token);
    assert!(answer == Some(next));
}

#[tokio::test]
async fn a_next_token_stays_the_answer_of_a_node_whose_clock_is_a_little_behind() {
    let (world, old, next) = answered().await;
    world.parts.clock.set(just_before(world.now()));
    let answer = world.renew(&old).await.map(|next| next.token);
    assert!(answer == Some(next));
}

#[tokio::test]
async fn sixteen_racing_renewals_make_one_token() {
    let (world, neo) = due().await;
    let restarted = world.restarted(|_| {});
    let nodes = [&world, &restarted];
    let racing = (0..16).map(|number| nodes[number % 2].next_of(&neo.token));
    let tokens = all(racing).await;
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    let caller = world.caller(&neo.token).await;
    assert_eq!(world.rows_of(&caller).await.len(), 2);
}

#[tokio::test]
async fn a_renewal_under_way_as_the_session_ends_is_answered_with_nothing() {
    let (world, neo) = due().await;
    let caller = world.caller(&neo.token).await;
    let scope = LogoutScope::ThisSession;
    world.log_out(&caller, scope).await;
    let answer = world.sessions.renew_session(&caller).await.unwrap();
    assert!(answer.is_none());
}

#[tokio::test]
async fn a_next_token_fixed_late_outlives_the_old_one() {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    world.wait(30 * DAY - SECOND);
    let next = world.next_of(&neo.token).await;
    world.wait(30 * DAY - MINUTE);
    world.assert_refused(&neo.token).await;
    world.caller(&next).await;
}
