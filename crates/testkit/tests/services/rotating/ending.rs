//! Whichever live token is named, the session ends with all of them.

use azuma_domain::ErrorCode;
use azuma_domain::services::{LogoutScope, UserUpdate};
use azuma_domain::token::Token;
use azuma_testkit::sample::{DAY, MINUTE};

use super::{SECOND, answered, in_grace};
use crate::world::{ACCOUNT, LEGACY, NEW_PASSWORD, World, new_password, refusal};

async fn log_out(world: &World, token: &Token) {
    let caller = world.caller(token).await;
    let scope = LogoutScope::ThisSession;
    world.sessions.log_out(&caller, scope, None).await.unwrap();
}

/// Ends the session that `token` belongs to from another session of its user, which lives on.
async fn end_by_token(world: &World, token: &Token) {
    let other = world.log_in("neo", ACCOUNT).await;
    let caller = world.caller(&other.token).await;
    let ended = world.sessions.revoke_session_by_token(&caller, token).await;
    ended.unwrap();
    world.caller(&other.token).await;
}

async fn change_password(world: &World, token: &Token) {
    let caller = world.caller(token).await;
    let update = UserUpdate {
        password: Some(new_password(NEW_PASSWORD)),
        ..UserUpdate::default()
    };
    world.update(&caller, update).await.unwrap();
}

#[tokio::test]
async fn logging_out_with_the_old_token_ends_the_next_one_too() {
    let (world, old, next) = answered().await;
    log_out(&world, &old).await;
    world.assert_refused(&old).await;
    world.assert_refused(&next).await;
}

#[tokio::test]
async fn logging_out_with_the_next_token_ends_the_old_one_too() {
    let (world, old, next) = answered().await;
    log_out(&world, &next).await;
    world.assert_refused(&old).await;
    world.assert_refused(&next).await;
}

#[tokio::test]
async fn logging_out_with_the_old_token_in_its_grace_ends_the_new_one_too() {
    let (world, old, next) = in_grace().await;
    world.wait(59 * SECOND);
    log_out(&world, &old).await;
    world.assert_refused(&old).await;
    world.assert_refused(&next).await;
}

#[tokio::test]
async fn being_ended_by_the_old_token_ends_the_next_one_too() {
    let (world, old, next) = answered().await;
    end_by_token(&world, &old).await;
    world.assert_refused(&old).await;
    world.assert_refused(&next).await;
}

#[tokio::test]
async fn being_ended_by_the_next_token_ends_the_old_one_too() {
    let (world, old, next) = answered().await;
    end_by_token(&world, &next).await;
    world.assert_refused(&old).await;
    world.assert_refused(&next).await;
}

#[tokio::test]
async fn being_ended_by_the_old_token_in_its_grace_ends_the_new_one_too() {
    let (world, old, next) = in_grace().await;
    end_by_token(&world, &old).await;
    world.assert_refused(&next).await;
}

#[tokio::test]
async fn an_old_token_past_its_grace_ends_nothing() {
    let (world, old, next) = in_grace().await;
    world.wait(MINUTE);
    let caller = world.caller(&next).await;
    let outcome = world.sessions.revoke_session_by_token(&caller, &old).await;
    assert_eq!(refusal(outcome), ErrorCode::SessionUnknown);
    world.caller(&next).await;
}

#[tokio::test]
async fn naming_a_next_token_to_end_its_session_is_no_use_of_it() {
    let (world, old, next) = answered().await;
    let smith = world.register("smith", ACCOUNT).await;
    let caller = world.caller(&smith.token).await;
    let outcome = world.sessions.revoke_session_by_token(&caller, &next).await;
    assert_eq!(refusal(outcome), ErrorCode::SessionUnknown);
    world.wait(MINUTE);
    world.caller(&old).await;
}

#[tokio::test]
async fn being_ended_by_id_ends_all_tokens() {
    let (world, old, next) = answered().await;
    let id = world.caller(&old).await.session_id();
    let other = world.log_in("neo", ACCOUNT).await;
    let caller = world.caller(&other.token).await;
    world.sessions.revoke_session(&caller, id).await.unwrap();
    world.assert_refused(&old).await;
    world.assert_refused(&next).await;
}

#[tokio::test]
async fn a_session_whose_current_token_has_expired_can_be_ended_by_id() {
    let (world, old, next) = answered().await;
    let id = world.caller(&old).await.session_id();
    world.wait(7 * DAY);
    let other = world.log_in("neo", ACCOUNT).await;
    let caller = world.caller(&other.token).await;
    world.sessions.revoke_session(&caller, id).await.unwrap();
    world.assert_refused(&next).await;
}

#[tokio::test]
async fn logging_out_everywhere_ends_all_tokens_of_all_sessions() {
    let (world, old, next) = answered().await;
    let other = world.log_in("neo", LEGACY).await;
    let caller = world.caller(&other.token).await;
    let ended = world
        .sessions
        .log_out(&caller, LogoutScope::Everywhere, None)
        .await;
    ended.unwrap();
    for token in [&old, &next, &other.token] {
        world.assert_refused(token).await;
    }
}

#[tokio::test]
async fn a_password_change_spares_the_session_that_came_with_its_old_token() {
    let (world, old, next) = answered().await;
    change_password(&world, &old).await;
    assert!(world.next_of(&old).await == next);
    world.caller(&next).await;
}

#[tokio::test]
async fn a_password_change_spares_the_session_that_came_with_its_next_token() {
    let (world, old, next) = answered().await;
    change_password(&world, &next).await;
    assert!(world.next_of(&old).await == next);
    world.caller(&next).await;
}

#[tokio::test]
async fn a_password_change_spares_the_session_that_came_with_an_old_token_in_its_grace() {
    let (world, old, next) = in_grace().await;
    change_password(&world, &old).await;
    world.caller(&old).await;
    world.caller(&next).await;
}

#[tokio::test]
async fn a_password_change_ends_all_tokens_of_the_other_sessions() {
    let (world, old, next) = answered().await;
    let other = world.log_in("neo", LEGACY).await;
    change_password(&world, &other.token).await;
    world.assert_refused(&old).await;
    world.assert_refused(&next).await;
    world.caller(&other.token).await;
}
