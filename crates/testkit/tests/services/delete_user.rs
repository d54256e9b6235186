//! Deleting one's account.

use azuma_domain::ErrorCode;
use azuma_domain::audit::Source;
use azuma_domain::services::LogoutScope;
use azuma_domain::session::LiveSession;
use azuma_testkit::sample;

use crate::world::{AZUMA, PASSWORD, World, refusal};

async fn neo() -> (World, LiveSession) {
    let world = World::new();
    let neo = world.register_with_email("neo", "neo@example.org").await;
    let caller = world.caller(&neo.token).await;
    (world, caller)
}

#[tokio::test]
async fn the_account_is_gone() {
    let (world, caller) = neo().await;
    world
        .accounts
        .delete_user(&caller, None, &Source::default())
        .await
        .unwrap();
    let found = world.accounts.find_user(caller.user.id).await;
    assert_eq!(refusal(found), ErrorCode::UserUnknown);
    let outcome = world.try_log_in("neo", PASSWORD, AZUMA).await;
    assert_eq!(refusal(outcome), ErrorCode::UserUnknown);
}

#[tokio::test]
async fn a_session_that_has_ended_deletes_nothing() {
    let (world, caller) = neo().await;
    let other = world.log_in("neo", AZUMA).await;
    world.log_out(&caller, LogoutScope::ThisSession).await;
    let outcome = world
        .accounts
        .delete_user(&caller, None, &Source::default())
        .await;
    assert_eq!(refusal(outcome), ErrorCode::TokenInvalid);
    world.caller(&other.token).await;
}

#[tokio::test]
async fn a_session_that_has_expired_deletes_nothing() {
    let (world, caller) = neo().await;
    world.wait(14 * sample::DAY);
    let outcome = world
        .accounts
        .delete_user(&caller, None, &Source::default())
        .await;
    assert_eq!(refusal(outcome), ErrorCode::TokenInvalid);
    world.log_in("neo", AZUMA).await;
}
