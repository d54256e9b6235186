//! Deleting what has expired, and nothing else.

use azuma_domain::ErrorCode;
use azuma_domain::ports::{StoreError, StoreExt};
use azuma_domain::services::{Backlog, UserUpdate};
use azuma_testkit::sample::{self, DAY, MICROSECOND, MINUTE};

use crate::world::{AZUMA, LEGACY, PASSWORD, World, refusal};

/// An instance that has run for an hour, so that its clock is believed.
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
async fn a_live_session_lives_on() {
    let world = settled_world();
    let neo = world.register("neo", AZUMA).await;
    world.wait(5 * MINUTE - MICROSECOND);
    world.housekeeping.sweep().await.unwrap();
    world.caller(&neo.token).await;
}

#[tokio::test]
async fn a_session_whose_current_token_has_expired_lives_on_with_its_next_one() {
    let world = settled_world();
    let neo = world.register("neo", LEGACY).await;
    world.wait(25 * DAY);
    let next = world.next_of(&neo.token).await;
    world.wait(5 * DAY);
    world.housekeeping.sweep().await.unwrap();
    assert_eq!(world.tokens_listed_to(&next).await, [next.expose()]);
    let caller = world.caller(&next).await;
    assert_eq!(world.rows_of(&caller).await.len(), 1);
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
async fn accounts_that_lapsed_are_deleted_and_others_wait_on() {
    let world = settled_world();
    world.request_account("neo", "neo@example.org").await;
    let lapsing = world.link_mailed_to("neo@example.org").await;
    world.wait(MICROSECOND);
    world.request_account("smith", "smith@example.org").await;
    let waiting = world.link_mailed_to("smith@example.org").await;
    world.wait(10 * MINUTE - MICROSECOND);
    world.housekeeping.sweep().await.unwrap();
    assert_eq!(
        refusal(world.follow(&lapsing).await),
        ErrorCode::LinkUnknown
    );
    let outcome = world.try_log_in("smith", PASSWORD, AZUMA).await;
    assert_eq!(refusal(outcome), ErrorCode::NotVerified);
    world.follow(&waiting).await.unwrap();
    world.housekeeping.sweep().await.unwrap();
    world.log_in("smith", AZUMA).await;
}

#[tokio::test]
async fn users_and_their_live_links_stay() {
    let world = settled_world();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    let update = UserUpdate {
        email: Some(sample::email("neo@example.org")),
        ..UserUpdate::default()
    };
    world.update(&caller, update).await.unwrap();
    let link = world.link_mailed_to("neo@example.org").await;
    world.wait(10 * MINUTE - MICROSECOND);
    world.housekeeping.sweep().await.unwrap();
    world.follow(&link).await.unwrap();
    world.wait(365 * DAY);
    world.housekeeping.sweep().await.unwrap();
    world.log_in("neo", AZUMA).await;
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
    while world.housekeeping.sweep().await.unwrap().backlog == Backlog::Left {}
    for number in [0, 499, 500, 999, 1_000, 1_199] {
        let id = sample::session_id(number);
        let rows = store.read(move |tx| tx.sessions().tokens(id)).await;
        assert!(rows.unwrap().is_empty());
    }
}
