//! The sweep deletes what has expired, and nothing else.

use azuma_domain::ErrorCode;
use azuma_domain::ports::{StoreError, StoreExt};
use azuma_domain::services::Backlog;
use azuma_testkit::sample::{self, DAY, MICROSECOND, MINUTE, just_before};

use crate::world::{AZUMA, LEGACY, PASSWORD, World, email_update, refusal};

/// An instance that has run for an hour. The sweep trusts its clock now.
fn settled_world() -> World {
    let world = World::new();
    world.wait(60 * MINUTE);
    world
}

#[tokio::test]
async fn an_expired_session_is_deleted() {
    let world = settled_world();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    world.wait(14 * DAY - MICROSECOND);
    world.housekeeping.sweep().await.unwrap();
    assert_eq!(world.rows_of(&caller).await.len(), 1);
    world.wait(MICROSECOND);
    world.housekeeping.sweep().await.unwrap();
    assert!(world.rows_of(&caller).await.is_empty());
}

#[tokio::test]
async fn what_has_lapsed_is_deleted_and_what_has_a_microsecond_left_stays() {
    let world = settled_world();
    let neo = world.register("neo", AZUMA).await;
    let neo = world.caller(&neo.token).await;
    world
        .update(&neo, email_update("neo@example.org"))
        .await
        .unwrap();
    let link = world.link_mailed_to("neo@example.org").await;
    world
        .request_account("mallory", "mallory@example.org")
        .await;
    world.wait(MICROSECOND);
    world.request_account("smith", "smith@example.org").await;
    world.wait(10 * MINUTE - MICROSECOND);
    world.housekeeping.sweep().await.unwrap();
    // By this clock, none of the three has expired yet.
    world.parts.clock.set(just_before(world.now()));
    assert_eq!(refusal(world.follow(&link).await), ErrorCode::LinkUnknown);
    let mallory = world.try_log_in("mallory", PASSWORD, AZUMA).await;
    assert_eq!(refusal(mallory), ErrorCode::UserUnknown);
    let smith = world.try_log_in("smith", PASSWORD, AZUMA).await;
    assert_eq!(refusal(smith), ErrorCode::NotVerified);
}

#[tokio::test]
async fn a_swept_token_is_never_made_again() {
    let world = settled_world();
    let first = world.register("neo", LEGACY).await.token;
    world.wait(25 * DAY);
    let second = world.next_of(&first).await;
    world.caller(&second).await;
    world.wait(MINUTE);
    world.housekeeping.sweep().await.unwrap();
    world.wait(25 * DAY);
    let third = world.next_of(&second).await;
    assert!(third != first && third != second);
    world.assert_refused(&first).await;
}

#[tokio::test]
async fn sweeps_say_when_all_is_deleted() {
    let world = settled_world();
    let user_id = world.register("neo", AZUMA).await.user.id;
    let store = &world.parts.store;
    let expires_at = world.now().plus(MINUTE);
    let filled: Result<(), StoreError> = store
        .transact(move |tx| {
            for number in 0..1_200 {
                let session = sample::session(number, user_id);
                let token = sample::token(number, 0, expires_at);
                tx.sessions().insert(&session, &token)?;
            }
            Ok(())
        })
        .await;
    filled.unwrap();
    world.wait(MINUTE);
    let mut backlogs = Vec::new();
    for _ in 0..3 {
        backlogs.push(world.housekeeping.sweep().await.unwrap().backlog);
    }
    assert_eq!(backlogs, [Backlog::Left, Backlog::Left, Backlog::Empty]);
    for number in [0, 499, 500, 999, 1_000, 1_199] {
        let id = sample::session_id(number);
        let rows = store.read(move |tx| tx.sessions().tokens(id)).await;
        assert!(rows.unwrap().is_empty());
    }
}
