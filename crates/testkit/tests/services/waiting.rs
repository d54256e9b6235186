//! What an account that waits for verification holds against everyone, and for how long.

use std::time::Duration;

use azuma_domain::ErrorCode;
use azuma_domain::mail::Language;
use azuma_domain::services::UserUpdate;
use azuma_testkit::sample::{self, MICROSECOND, MINUTE};

use crate::world::{AZUMA, World, refusal};

/// Somebody waits, with so much of its ten minutes gone.
async fn waiting_for(span: Duration) -> World {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    world.wait(span);
    world
}

#[tokio::test]
async fn a_waiting_account_holds_its_name() {
    let world = waiting_for(10 * MINUTE - MICROSECOND).await;
    let outcome = world.try_register("NEO", None, AZUMA).await;
    assert_eq!(refusal(outcome), ErrorCode::NameTaken);
    let outcome = world.try_request_account("NEO", "other@example.org", Language::English);
    assert_eq!(refusal(outcome.await), ErrorCode::NameTaken);
}

#[tokio::test]
async fn a_waiting_account_holds_its_address() {
    let world = waiting_for(10 * MINUTE - MICROSECOND).await;
    let outcome = world
        .try_register("smith", Some("NEO@example.org"), AZUMA)
        .await;
    assert_eq!(refusal(outcome), ErrorCode::EmailTaken);
    let outcome = world.try_request_account("smith", "NEO@example.org", Language::English);
    assert_eq!(refusal(outcome.await), ErrorCode::EmailTaken);
}

#[tokio::test]
async fn a_waiting_account_holds_its_name_against_a_change_of_name() {
    let world = waiting_for(5 * MINUTE).await;
    let smith = world.register("smith", AZUMA).await;
    let to_neo = || UserUpdate {
        name: Some(sample::name("neo")),
        ..UserUpdate::default()
    };
    let caller = world.caller(&smith.token).await;
    let outcome = world.update(&caller, to_neo()).await;
    assert_eq!(refusal(outcome), ErrorCode::NameTaken);
    world.wait(5 * MINUTE);
    world.update(&caller, to_neo()).await.unwrap();
}

#[tokio::test]
async fn a_lapsed_account_gives_up_its_name() {
    let world = waiting_for(10 * MINUTE).await;
    world.register("neo", AZUMA).await;
}

#[tokio::test]
async fn a_lapsed_account_gives_up_its_address() {
    let world = waiting_for(10 * MINUTE).await;
    let smith = world
        .try_register("smith", Some("neo@example.org"), AZUMA)
        .await;
    smith.ok().unwrap();
}

#[tokio::test]
async fn a_lapsed_account_gives_way_to_the_next_that_waits() {
    let world = waiting_for(10 * MINUTE).await;
    world.request_account("neo", "neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    world.follow(&link).await.unwrap();
    world.log_in("neo", AZUMA).await;
}

#[tokio::test]
async fn two_lapsed_accounts_give_way_at_once() {
    let world = waiting_for(MINUTE).await;
    world.request_account("smith", "smith@example.org").await;
    world.wait(10 * MINUTE);
    let both = world
        .try_register("neo", Some("smith@example.org"), AZUMA)
        .await;
    both.ok().unwrap();
}

#[tokio::test]
async fn a_refused_registration_does_not_clear_a_lapsed_account_away_halfway() {
    let world = waiting_for(10 * MINUTE).await;
    let smith = world
        .try_register("smith", Some("smith@example.org"), AZUMA)
        .await;
    smith.ok().unwrap();
    let outcome = world
        .try_register("neo", Some("smith@example.org"), AZUMA)
        .await;
    assert_eq!(refusal(outcome), ErrorCode::EmailTaken);
    world.register("neo", AZUMA).await;
}

#[tokio::test]
async fn a_lapsed_name_whose_address_is_taken_is_told_of_the_address() {
    let world = waiting_for(MINUTE).await;
    world.request_account("smith", "smith@example.org").await;
    world.wait(9 * MINUTE);
    let outcome = world
        .try_register("neo", Some("smith@example.org"), AZUMA)
        .await;
    assert_eq!(refusal(outcome), ErrorCode::EmailTaken);
}

#[tokio::test]
async fn a_waiting_account_is_no_user() {
    let world = waiting_for(MINUTE).await;
    let id = world.credential("neo").await.user_id;
    assert_eq!(
        refusal(world.accounts.find_user(id).await),
        ErrorCode::UserUnknown
    );
}

#[tokio::test]
async fn a_verified_account_keeps_name_and_address_for_good() {
    let world = waiting_for(MINUTE).await;
    let link = world.link_mailed_to("neo@example.org").await;
    world.follow(&link).await.unwrap();
    world.wait(60 * MINUTE);
    world.housekeeping.sweep().await.unwrap();
    let outcome = world.try_register("neo", None, AZUMA).await;
    assert_eq!(refusal(outcome), ErrorCode::NameTaken);
    let outcome = world
        .try_register("smith", Some("neo@example.org"), AZUMA)
        .await;
    assert_eq!(refusal(outcome), ErrorCode::EmailTaken);
}
