//! How many sessions one user has.

use std::time::Duration;

use azuma_domain::ports::{StoreError, StoreExt};
use azuma_domain::services::LogoutScope;
use azuma_domain::user::UserId;
use azuma_testkit::all;
use azuma_testkit::sample::{self, DAY, MINUTE, SECOND};

use crate::world::{ACCOUNT, AZUMA, LEGACY, NEW_PASSWORD, World, password_update};

/// More sessions than one transaction revokes.
const MANY: u32 = 10_050;

/// An instance where a user has at most three sessions.
fn world_of_three() -> World {
    World::new().restarted(|parts| parts.settings.sessions_per_user = 3)
}

#[tokio::test]
async fn one_more_login_ends_the_session_used_least_recently() {
    let world = world_of_three();
    let first = world.register("neo", AZUMA).await;
    world.wait(SECOND);
    let second = world.log_in("neo", LEGACY).await;
    world.wait(SECOND);
    let third = world.log_in("neo", ACCOUNT).await;
    world.wait(SECOND);
    world.caller(&first.token).await;
    let fourth = world.log_in("neo", AZUMA).await;
    world.assert_refused(&second.token).await;
    for kept in [&first, &third, &fourth] {
        world.caller(&kept.token).await;
    }
}

#[tokio::test]
async fn a_session_that_has_expired_takes_the_place_of_none() {
    let world = world_of_three();
    let kept = world.register("neo", ACCOUNT).await;
    world.caller(&kept.token).await;
    world.wait(MINUTE);
    // These two are newer than the last use of the first one, but they expire in five minutes.
    for _ in 0..2 {
        world.log_in("neo", AZUMA).await;
    }
    world.wait(5 * MINUTE);
    for _ in 0..2 {
        world.log_in("neo", AZUMA).await;
    }
    world.caller(&kept.token).await;
}

#[tokio::test]
async fn with_one_session_a_user_the_last_login_is_the_one_that_lives() {
    let world = World::new().restarted(|parts| parts.settings.sessions_per_user = 1);
    let first = world.register("neo", AZUMA).await;
    let second = world.log_in("neo", AZUMA).await;
    world.assert_refused(&first.token).await;
    world.caller(&second.token).await;
}

#[tokio::test]
async fn racing_logins_leave_as_many_sessions_as_a_user_may_have() {
    let world = world_of_three();
    world.register("neo", AZUMA).await;
    let issued = all((0..12).map(|_| world.log_in("neo", AZUMA))).await;
    let mut live = 0;
    for one in &issued {
        live += usize::from(world.is_live(&one.token).await);
    }
    assert_eq!(live, 3);
}

/// Adds sessions of the user that are issued a day from now, so that any other was used before them.
async fn given_sessions(world: &World, user_id: UserId, count: u32) {
    let store = &world.parts.store;
    let expires_at = world.now().plus(14 * DAY);
    let filled: Result<(), StoreError> = store
        .transact(move |tx| {
            for number in 0..count {
                let mut session = sample::session(number, user_id);
                session.created_at = sample::now().plus(DAY);
                let token = sample::token(number, 0, expires_at);
                tx.sessions().insert(&session, &token)?;
            }
            Ok(())
        })
        .await;
    filled.unwrap();
}

/// How many sessions the user has; at most 1,000 are counted.
async fn count(world: &World, user_id: UserId) -> usize {
    let now = world.now();
    let listed = (world.parts.store).read(move |tx| tx.sessions().list(user_id, now, 1_000));
    listed.await.unwrap().len()
}

#[tokio::test]
async fn a_list_has_no_more_sessions_than_a_user_may_have() {
    let world = world_of_three();
    let neo = world.register("neo", AZUMA).await;
    given_sessions(&world, neo.user.id, 20).await;
    assert_eq!(world.listed_to(&neo.token).await.len(), 3);
    assert_eq!(
        world.tokens_listed_to(&neo.token).await.len(),
        0,
        "made with no key"
    );
}

#[tokio::test]
async fn logins_bring_down_whoever_has_far_too_many() {
    let world = world_of_three();
    let neo = world.register("neo", ACCOUNT).await;
    given_sessions(&world, neo.user.id, MANY).await;
    for _ in 0..2 {
        world.wait(Duration::from_hours(48));
        world.log_in("neo", AZUMA).await;
    }
    assert_eq!(count(&world, neo.user.id).await, 3);
}

#[tokio::test]
async fn logging_out_everywhere_ends_more_sessions_than_one_transaction_does() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    given_sessions(&world, neo.user.id, MANY).await;
    let caller = world.caller(&neo.token).await;
    world.log_out(&caller, LogoutScope::Everywhere).await;
    assert_eq!(count(&world, neo.user.id).await, 0);
}

#[tokio::test]
async fn a_password_change_spares_the_callers_session_among_any_number() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    given_sessions(&world, neo.user.id, MANY).await;
    let caller = world.caller(&neo.token).await;
    world
        .update(&caller, password_update(NEW_PASSWORD))
        .await
        .unwrap();
    world.caller(&neo.token).await;
    assert_eq!(count(&world, neo.user.id).await, 1);
}

#[tokio::test]
async fn a_new_password_by_mail_ends_any_number_of_sessions() {
    let world = World::new();
    let neo = world.register_with_email("neo", "neo@example.org").await;
    given_sessions(&world, neo.user.id, MANY).await;
    world.recover("neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    world.reset(&link, NEW_PASSWORD).await.unwrap();
    assert_eq!(count(&world, neo.user.id).await, 0);
}
