//! Listing and revoking sessions.

use azuma_domain::audit::AuditAction;
use azuma_domain::services::{NoSingleAccount, SessionAdminError, SessionList};
use azuma_domain::session::{ListedSession, SessionId};
use azuma_testkit::sample::{DAY, MINUTE, session_id};

use super::called;
use crate::audit::operators_events;
use crate::world::{ACCOUNT, AZUMA, World};

async fn list(world: &World) -> Vec<ListedSession> {
    let admin = world.session_admin();
    let mut list = SessionList::default();
    let mut listed = Vec::new();
    while let Some(page) = admin.read_on(&mut list).await.unwrap() {
        listed.extend(page.live);
    }
    listed
}

fn ids(listed: &[ListedSession]) -> Vec<SessionId> {
    listed.iter().map(|listed| listed.session.id).collect()
}

#[tokio::test]
async fn those_of_all_users_are_listed_while_they_live() {
    let world = World::new();
    let neo = world.register("neo", ACCOUNT).await;
    world.wait(MINUTE);
    let too = world.log_in("neo", ACCOUNT).await;
    world.register("smith", AZUMA).await;
    let mut expected = Vec::new();
    for token in [&neo.token, &too.token] {
        expected.push(world.caller(token).await.session_id());
    }
    assert_eq!(list(&world).await.len(), 3);
    world.wait(10 * MINUTE);
    let of_neo = world.session_admin().list_of(called("neo")).await.unwrap();
    assert_eq!(ids(&of_neo), [expected[1], expected[0]], "the newest first");
    expected.sort();
    assert_eq!(ids(&list(&world).await), expected);
}

#[tokio::test]
async fn none_is_listed_longer_than_sessions_may_live() {
    let world = World::new();
    world.register("neo", ACCOUNT).await;
    let world = world.restarted(|parts| parts.settings.lifetimes.absolute = Some(DAY));
    let end = world.now().plus(DAY);
    assert_eq!(list(&world).await[0].token.expires_at, end);
    let of_neo = world.session_admin().list_of(called("neo")).await.unwrap();
    assert_eq!(of_neo[0].token.expires_at, end);
    world.wait(DAY);
    assert_eq!(list(&world).await, []);
    let of_neo = world.session_admin().list_of(called("neo")).await.unwrap();
    assert_eq!(of_neo, []);
}

#[tokio::test]
async fn one_is_revoked_and_no_other() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let too = world.log_in("neo", AZUMA).await;
    let id = world.caller(&neo.token).await.session_id();
    let admin = world.session_admin();
    admin.revoke(id).await.unwrap();
    world.assert_refused(&neo.token).await;
    assert!(world.is_live(&too.token).await);
    let told = [(Some(neo.user.id), AuditAction::RevokeSession)];
    assert_eq!(operators_events(&world).await, told);
    let again = admin.revoke(id).await;
    assert!(matches!(again, Err(SessionAdminError::SessionUnknown)));
    let unknown = admin.revoke(session_id(99)).await;
    assert!(matches!(unknown, Err(SessionAdminError::SessionUnknown)));
    assert_eq!(operators_events(&world).await, told);
}

#[tokio::test]
async fn nobody_has_none() {
    let listed = World::new().session_admin().list_of(called("neo")).await;
    assert!(matches!(
        listed,
        Err(SessionAdminError::NoSingleAccount(NoSingleAccount::None))
    ));
}
