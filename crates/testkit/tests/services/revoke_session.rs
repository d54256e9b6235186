//! Ending sessions.

use azuma_domain::ErrorCode;
use azuma_domain::services::LogoutScope;
use azuma_testkit::sample::{self, MINUTE};
use azuma_testkit::{all, both};

use crate::world::{ACCOUNT, AZUMA, LEGACY, World, refusal};

#[tokio::test]
async fn logging_out_ends_this_session_alone() {
    let world = World::new();
    let this = world.register("neo", AZUMA).await;
    let other = world.log_in("neo", AZUMA).await;
    let caller = world.caller(&this.token).await;
    let ended = world
        .sessions
        .log_out(&caller, LogoutScope::ThisSession, None);
    ended.await.unwrap();
    world.assert_refused(&this.token).await;
    world.caller(&other.token).await;
    assert_eq!(world.listed_to(&other.token).await.len(), 1);
}

#[tokio::test]
async fn logging_out_everywhere_ends_all_sessions_of_the_user() {
    let world = World::new();
    let this = world.register("neo", AZUMA).await;
    let others = [
        world.log_in("neo", LEGACY).await,
        world.log_in("neo", ACCOUNT).await,
    ];
    let smith = world.register("smith", AZUMA).await;
    let caller = world.caller(&this.token).await;
    let ended = world
        .sessions
        .log_out(&caller, LogoutScope::Everywhere, None);
    ended.await.unwrap();
    world.assert_refused(&this.token).await;
    for other in &others {
        world.assert_refused(&other.token).await;
    }
    world.caller(&smith.token).await;
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
        world.sessions.log_out(&caller, scope, None).await.unwrap();
    }
}

#[tokio::test]
async fn whoever_has_logged_out_can_log_in_again() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    let ended = world
        .sessions
        .log_out(&caller, LogoutScope::Everywhere, None);
    ended.await.unwrap();
    let again = world.log_in("neo", AZUMA).await;
    world.caller(&again.token).await;
    world.assert_refused(&neo.token).await;
}

#[tokio::test]
async fn one_can_end_another_of_ones_sessions() {
    let world = World::new();
    let mine = world.register("neo", AZUMA).await;
    let other = world.log_in("neo", LEGACY).await;
    let caller = world.caller(&mine.token).await;
    let id = world.caller(&other.token).await.session_id();
    world.sessions.revoke_session(&caller, id).await.unwrap();
    world.assert_refused(&other.token).await;
    world.caller(&mine.token).await;
}

#[tokio::test]
async fn one_can_end_the_session_one_asks_with() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    let ended = world.sessions.revoke_session(&caller, caller.session_id());
    ended.await.unwrap();
    world.assert_refused(&neo.token).await;
}

#[tokio::test]
async fn the_session_of_another_user_is_unknown() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let smith = world.register("smith", AZUMA).await;
    let caller = world.caller(&smith.token).await;
    let id = world.caller(&neo.token).await.session_id();
    let by_id = world.sessions.revoke_session(&caller, id).await;
    assert_eq!(refusal(by_id), ErrorCode::SessionUnknown);
    let by_token = world
        .sessions
        .revoke_session_by_token(&caller, &neo.token)
        .await;
    assert_eq!(refusal(by_token), ErrorCode::SessionUnknown);
    world.caller(&neo.token).await;
}

#[tokio::test]
async fn a_session_nobody_has_is_unknown() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    let outcome = world
        .sessions
        .revoke_session(&caller, sample::session_id(1))
        .await;
    assert_eq!(refusal(outcome), ErrorCode::SessionUnknown);
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
    let by_id = world.sessions.revoke_session(&caller, id).await;
    assert_eq!(refusal(by_id), ErrorCode::SessionUnknown);
    let by_token = world
        .sessions
        .revoke_session_by_token(&caller, &unused.token)
        .await;
    assert_eq!(refusal(by_token), ErrorCode::SessionUnknown);
}

#[tokio::test]
async fn a_session_is_ended_once() {
    let world = World::new();
    let mine = world.register("neo", AZUMA).await;
    let other = world.log_in("neo", AZUMA).await;
    let caller = world.caller(&mine.token).await;
    let racing = (0..8).map(|_| {
        world
            .sessions
            .revoke_session_by_token(&caller, &other.token)
    });
    let (ended, refused): (Vec<_>, Vec<_>) = all(racing).await.into_iter().partition(Result::is_ok);
    assert_eq!(ended.len(), 1);
    for outcome in refused {
        assert_eq!(refusal(outcome), ErrorCode::SessionUnknown);
    }
}

#[tokio::test]
async fn an_ended_session_is_not_revived_by_a_late_use() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let late = world.restarted(|_| {});
    let caller = world.caller(&neo.token).await;
    let (ended, _) = both(
        world
            .sessions
            .log_out(&caller, LogoutScope::ThisSession, None),
        late.sessions.authenticate(&neo.token),
    )
    .await;
    ended.unwrap();
    world.assert_refused(&neo.token).await;
}
