//! Logins, and how sessions end.

use azuma_domain::audit::{Actor, AuditAction, AuditEvent, RefusalReason};
use azuma_domain::services::{AccountKey, LogoutScope};

use super::{log_in, next, refused, source, told_since, trail};
use crate::world::{AZUMA, PASSWORD, World, registration};

use Actor::{System, User};

#[tokio::test]
async fn a_registration_a_login_and_a_logout_are_told_with_session_and_client() {
    let world = World::new();
    let mut wanted = registration("neo", None, None);
    wanted.source = source();
    world.accounts.register(wanted, AZUMA).await.ok().unwrap();
    let neo = world.credential("neo").await.user_id;
    let registered_at = world.now();
    let logged_in_at = next(&world);
    log_in(&world, "neo", PASSWORD, None).await;
    let events = trail(&world).await;
    let [registered, logged_in] = events.as_slice() else {
        panic!("{events:?}");
    };
    let sessions = [registered, logged_in].map(|event| event.session_id.expect("a session"));
    let told =
        |action, at, session| AuditEvent::by_user(neo, action, &source(), at).of_session(session);
    assert_eq!(
        *registered,
        told(AuditAction::Register, registered_at, sessions[0])
    );
    assert_eq!(
        *logged_in,
        told(AuditAction::Login, logged_in_at, sessions[1])
    );

    let again = world.log_in("neo", AZUMA).await;
    let caller = world.caller(&again.token).await;
    let at = next(&world);
    let [first, second] = sessions;
    world
        .sessions
        .revoke_session(&caller, first, &source())
        .await
        .unwrap();
    let revoked = trail(&world).await.pop();
    assert_eq!(revoked, Some(told(AuditAction::RevokeSession, at, first)));
    let others_at = next(&world);
    let (here, all) = (caller.session_id(), LogoutScope::OtherSessions);
    world
        .sessions
        .log_out(&caller, all, &source())
        .await
        .unwrap();
    let revoked = trail(&world).await.pop();
    assert_eq!(
        revoked,
        Some(told(AuditAction::RevokeOtherSessions, others_at, here))
    );
    assert_ne!(second, here);
    let at = next(&world);
    // Nothing is left to revoke, so nothing is told.
    world
        .sessions
        .log_out(&caller, all, &source())
        .await
        .unwrap();
    let this = LogoutScope::ThisSession;
    world
        .sessions
        .log_out(&caller, this, &source())
        .await
        .unwrap();
    world
        .sessions
        .log_out(&caller, this, &source())
        .await
        .unwrap();
    assert_eq!(told_since(&world, at).await, [(User, AuditAction::Logout)]);
}

#[tokio::test]
async fn a_refused_login_names_the_account_and_its_reason_and_none_if_there_is_none() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await.user.id;
    world.request_account("smith", "smith@example.org").await;
    let smith = world.credential("smith").await.user_id;
    let at = next(&world);
    log_in(&world, "nobody", "wrong", None).await;
    assert_eq!(told_since(&world, at).await, []);
    log_in(&world, "neo", "wrong", None).await;
    let told = refused(neo, at, RefusalReason::WrongPassword);
    assert_eq!(trail(&world).await.pop(), Some(told));
    let at = next(&world);
    log_in(&world, "smith", PASSWORD, None).await;
    let told = refused(smith, at, RefusalReason::NotVerified);
    assert_eq!(trail(&world).await.pop(), Some(told));
    let key = AccountKey::Id(neo);
    world.account_admin().disable(key, None).await.unwrap();
    let at = next(&world);
    log_in(&world, "neo", PASSWORD, None).await;
    let told = refused(neo, at, RefusalReason::Disabled);
    assert_eq!(trail(&world).await.pop(), Some(told));
}

#[tokio::test]
async fn sessions_that_a_login_pushes_out_are_told_as_the_servers_doing() {
    let world = World::new().restarted(|parts| parts.settings.sessions_per_user = 1);
    world.register("neo", AZUMA).await;
    let at = next(&world);
    world.log_in("neo", AZUMA).await;
    let told = [
        (User, AuditAction::Login),
        (System, AuditAction::RevokeSurplusSessions),
    ];
    assert_eq!(told_since(&world, at).await, told);
}

#[tokio::test]
async fn a_check_of_a_session_is_not_told() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let at = next(&world);
    world.caller(&neo.token).await;
    let _ = world.listed_to(&neo.token).await;
    assert_eq!(told_since(&world, at).await, []);
}
