//! Whichever live token is named, the session is revoked with all its tokens.

use azuma_domain::ErrorCode;
use azuma_domain::audit::Source;
use azuma_domain::services::LogoutScope;
use azuma_testkit::sample::{DAY, MINUTE};

use super::{answered, in_grace};
use crate::world::{ACCOUNT, NEW_PASSWORD, password_update, refusal};

/// The places of the old and the next token among the two.
const OLD_OR_NEXT: [usize; 2] = [0, 1];

#[tokio::test]
async fn logging_out_with_either_token_ends_both() {
    for either in OLD_OR_NEXT {
        let (world, old, next) = answered().await;
        let caller = world.caller([&old, &next][either]).await;
        world.log_out(&caller, LogoutScope::ThisSession).await;
        world.assert_refused(&old).await;
        world.assert_refused(&next).await;
    }
}

#[tokio::test]
async fn being_ended_by_either_token_ends_both_and_no_other_session() {
    for either in OLD_OR_NEXT {
        let (world, old, next) = answered().await;
        let other = world.log_in("neo", ACCOUNT).await;
        let caller = world.caller(&other.token).await;
        let ended = [&old, &next][either];
        let ended = world
            .sessions
            .revoke_session_by_token(&caller, ended, &Source::default())
            .await;
        ended.unwrap();
        world.assert_refused(&old).await;
        world.assert_refused(&next).await;
        world.caller(&other.token).await;
    }
}

#[tokio::test]
async fn an_old_token_past_its_grace_ends_nothing() {
    let (world, old, next) = in_grace().await;
    world.wait(MINUTE);
    let caller = world.caller(&next).await;
    let outcome = world
        .sessions
        .revoke_session_by_token(&caller, &old, &Source::default())
        .await;
    assert_eq!(refusal(outcome), ErrorCode::SessionUnknown);
    world.caller(&next).await;
}

#[tokio::test]
async fn naming_a_next_token_to_end_its_session_is_no_use_of_it() {
    let (world, old, next) = answered().await;
    let smith = world.register("smith", ACCOUNT).await;
    let caller = world.caller(&smith.token).await;
    let outcome = world
        .sessions
        .revoke_session_by_token(&caller, &next, &Source::default())
        .await;
    assert_eq!(refusal(outcome), ErrorCode::SessionUnknown);
    world.wait(MINUTE);
    world.caller(&old).await;
}

#[tokio::test]
async fn a_session_whose_current_token_has_expired_can_be_ended_by_id() {
    let (world, old, next) = answered().await;
    let id = world.caller(&old).await.session_id();
    world.wait(7 * DAY);
    let other = world.log_in("neo", ACCOUNT).await;
    let caller = world.caller(&other.token).await;
    world
        .sessions
        .revoke_session(&caller, id, &Source::default())
        .await
        .unwrap();
    world.assert_refused(&next).await;
}

#[tokio::test]
async fn a_password_change_spares_the_session_that_came_with_either_token() {
    for either in OLD_OR_NEXT {
        let (world, old, next) = answered().await;
        let caller = world.caller([&old, &next][either]).await;
        world
            .update(&caller, password_update(NEW_PASSWORD))
            .await
            .unwrap();
        assert!(world.next_of(&old).await == next);
        world.caller(&next).await;
    }
}
