//! Revoking sessions.

use azuma_domain::ErrorCode;
use azuma_domain::audit::Source;
use azuma_domain::services::LogoutScope;
use azuma_testkit::sample::MINUTE;

use crate::world::{ACCOUNT, AZUMA, LEGACY, World, refusal};

#[tokio::test]
async fn logging_out_ends_this_session_alone() {
    let world = World::new();
    let this = world.register("neo", AZUMA).await;
    let other = world.log_in("neo", AZUMA).await;
    let caller = world.caller(&this.token).await;
    world.log_out(&caller, LogoutScope::ThisSession).await;
    world.assert_refused(&this.token).await;
    world.caller(&other.token).await;
    assert_eq!(world.listed_to(&other.token).await.len(), 1);
}

#[tokio::test]
async fn logging_out_twice_is_no_error() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    for scope in [
        LogoutScope::ThisSession,
        LogoutScope::ThisSession,
        LogoutScope::Everywhere,
    ] {
        world.log_out(&caller, scope).await;
    }
}

#[tokio::test]
async fn one_can_end_all_others_of_ones_sessions() {
    let world = World::new();
    let mine = world.register("neo", AZUMA).await;
    let other = world.log_in("neo", LEGACY).await;
    let smith = world.register("smith", AZUMA).await;
    let caller = world.caller(&mine.token).await;
    world.log_out(&caller, LogoutScope::OtherSessions).await;
    world.assert_refused(&other.token).await;
    assert!(world.is_live(&mine.token).await);
    assert!(world.is_live(&smith.token).await);
}

#[tokio::test]
async fn one_can_end_another_of_ones_sessions() {
    let world = World::new();
    let mine = world.register("neo", AZUMA).await;
    let other = world.log_in("neo", LEGACY).await;
    let caller = world.caller(&mine.token).await;
    let id = world.caller(&other.token).await.session_id();
    world
        .sessions
        .revoke_session(&caller, id, &Source::default())
        .await
        .unwrap();
    world.assert_refused(&other.token).await;
    world.caller(&mine.token).await;
}

#[tokio::test]
async fn the_session_of_another_user_is_unknown() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let smith = world.register("smith", AZUMA).await;
    let caller = world.caller(&smith.token).await;
    let id = world.caller(&neo.token).await.session_id();
    let by_id = world
        .sessions
        .revoke_session(&caller, id, &Source::default())
        .await;
    assert_eq!(refusal(by_id), ErrorCode::SessionUnknown);
    let by_token = world
        .sessions
        .revoke_session_by_token(&caller, &neo.token, &Source::default())
        .await;
    assert_eq!(refusal(by_token), ErrorCode::SessionUnknown);
    world.caller(&neo.token).await;
}

#[tokio::test]
async fn an_expired_session_is_unknown() {
    let world = World::new();
    let unused = world.register("neo", AZUMA).await;
    let neo = world.log_in("neo", ACCOUNT).await;
    let caller = world.caller(&neo.token).await;
    let listed = world.sessions.list_sessions(&caller).await.unwrap();
    let expiring = listed
        .iter()
        .find(|one| one.session.id != caller.session_id());
    let id = expiring.unwrap().session.id;
    world.wait(5 * MINUTE);
    let by_id = world
        .sessions
        .revoke_session(&caller, id, &Source::default())
        .await;
    assert_eq!(refusal(by_id), ErrorCode::SessionUnknown);
    let by_token = world
        .sessions
        .revoke_session_by_token(&caller, &unused.token, &Source::default())
        .await;
    assert_eq!(refusal(by_token), ErrorCode::SessionUnknown);
}
