//! A waiting account holds its name and its address until it lapses.

use std::time::Duration;

use azuma_domain::ErrorCode;
use azuma_domain::mail::Language;
use azuma_testkit::sample::{MICROSECOND, MINUTE};

use crate::world::{AZUMA, World, name_update, refusal};

/// An instance with an account that has waited for `span` of its ten minutes.
async fn waiting_for(span: Duration) -> World {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    world.wait(span);
    world
}

#[tokio::test]
async fn a_waiting_account_holds_its_name_and_its_address() {
    let world = waiting_for(10 * MINUTE - MICROSECOND).await;
    for (name, email, code) in [
        ("NEO", "other@example.org", ErrorCode::NameTaken),
        ("smith", "NEO@example.org", ErrorCode::EmailTaken),
    ] {
        let outcome = world.try_register(name, Some(email), AZUMA).await;
        assert_eq!(refusal(outcome), code);
        let outcome = world.try_request_account(name, email, Language::English);
        assert_eq!(refusal(outcome.await), code);
    }
}

#[tokio::test]
async fn a_waiting_account_holds_its_name_against_a_change_of_name() {
    let world = waiting_for(5 * MINUTE).await;
    let smith = world.register("smith", AZUMA).await;
    let caller = world.caller(&smith.token).await;
    let outcome = world.update(&caller, name_update("neo")).await;
    assert_eq!(refusal(outcome), ErrorCode::NameTaken);
    world.wait(5 * MINUTE);
    world.update(&caller, name_update("neo")).await.unwrap();
}

#[tokio::test]
async fn a_lapsed_account_gives_up_its_name_and_its_address() {
    for (name, email) in [("neo", "other@example.org"), ("smith", "neo@example.org")] {
        let world = waiting_for(10 * MINUTE).await;
        world.register_with_email(name, email).await;
    }
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
