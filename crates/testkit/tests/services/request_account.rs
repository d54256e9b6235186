//! Requesting an account, and following the link that verifies it.

use azuma_domain::ErrorCode;
use azuma_domain::mail::Language;
use azuma_domain::services::Followed;
use azuma_domain::token::Token;
use azuma_testkit::all;
use azuma_testkit::sample::{self, MICROSECOND, MINUTE};

use crate::world::{AZUMA, PASSWORD, World, refusal};

/// Somebody who waits, and the link that was mailed.
async fn waiting() -> (World, Token) {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    (world, link)
}

#[tokio::test]
async fn the_link_makes_the_account_a_user() {
    let (world, link) = waiting().await;
    let requested_at = world.now();
    world.wait(MINUTE);
    assert_eq!(
        world.follow(&link).await.unwrap(),
        Followed::AccountVerified
    );
    let neo = world.log_in("neo", AZUMA).await.user;
    assert_eq!(world.accounts.find_user(neo.id).await.unwrap(), neo);
    assert_eq!(
        neo.email,
        Some(sample::proved("neo@example.org", world.now()))
    );
    assert_eq!(neo.created_at, requested_at);
}

#[tokio::test]
async fn the_link_works_once() {
    let (world, link) = waiting().await;
    world.follow(&link).await.unwrap();
    assert_eq!(refusal(world.follow(&link).await), ErrorCode::LinkUnknown);
    world.log_in("neo", AZUMA).await;
}

#[tokio::test]
async fn the_link_works_once_of_sixteen_racing_times() {
    let (world, link) = waiting().await;
    let outcomes = all((0..16).map(|_| world.follow(&link))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
}

#[tokio::test]
async fn the_link_works_to_the_last_microsecond_of_ten_minutes() {
    let (world, link) = waiting().await;
    world.wait(10 * MINUTE - MICROSECOND);
    world.follow(&link).await.unwrap();
}

#[tokio::test]
async fn the_link_does_not_work_after_ten_minutes() {
    let (world, link) = waiting().await;
    world.wait(10 * MINUTE);
    assert_eq!(refusal(world.follow(&link).await), ErrorCode::LinkUnknown);
}

#[tokio::test]
async fn the_link_of_a_lapsed_account_does_nothing_for_the_next_of_its_name() {
    let (world, link) = waiting().await;
    world.wait(10 * MINUTE);
    world.request_account("neo", "smith@example.org").await;
    assert_eq!(refusal(world.follow(&link).await), ErrorCode::LinkUnknown);
    let outcome = world.try_log_in("neo", PASSWORD, AZUMA).await;
    assert_eq!(refusal(outcome), ErrorCode::NotVerified);
}

#[tokio::test]
async fn a_token_that_is_no_link_is_unknown() {
    let (world, link) = waiting().await;
    let neo = world.register("smith", AZUMA).await;
    assert_eq!(
        refusal(world.follow(&neo.token).await),
        ErrorCode::LinkUnknown
    );
    let no_token = world
        .accounts
        .follow_link(None, None, Language::English)
        .await;
    assert_eq!(refusal(no_token), ErrorCode::LinkUnknown);
    world.assert_refused(&link).await;
    world.follow(&link).await.unwrap();
}

#[tokio::test]
async fn verifying_one_account_leaves_the_others_waiting() {
    let (world, link) = waiting().await;
    world.request_account("smith", "smith@example.org").await;
    world.follow(&link).await.unwrap();
    let outcome = world.try_log_in("smith", PASSWORD, AZUMA).await;
    assert_eq!(refusal(outcome), ErrorCode::NotVerified);
}

#[tokio::test]
async fn a_refused_request_writes_no_mail() {
    let world = World::new();
    let neo = world
        .try_register("neo", Some("neo@example.org"), AZUMA)
        .await;
    neo.ok().unwrap();
    let outcome = world.try_request_account("neo", "other@example.org", Language::English);
    assert_eq!(refusal(outcome.await), ErrorCode::NameTaken);
    let outcome = world.try_request_account("other", "neo@example.org", Language::English);
    assert_eq!(refusal(outcome.await), ErrorCode::EmailTaken);
    assert_eq!(world.deliver_all().await, 0);
}

#[tokio::test]
async fn the_name_is_reported_where_name_and_address_are_taken() {
    let world = World::new();
    for (name, email) in [("ada", "ada@example.org"), ("neo", "neo@example.org")] {
        world
            .try_register(name, Some(email), AZUMA)
            .await
            .ok()
            .unwrap();
    }
    for email in ["ada@example.org", "neo@example.org"] {
        let outcome = world.try_request_account("neo", email, Language::English);
        assert_eq!(refusal(outcome.await), ErrorCode::NameTaken);
    }
}

#[tokio::test]
async fn the_span_is_the_configurations() {
    let world = World::new();
    let hasty = world.restarted(|parts| parts.settings.registration_lifetime = MINUTE);
    hasty.request_account("neo", "neo@example.org").await;
    let link = hasty.link_mailed_to("neo@example.org").await;
    hasty.wait(MINUTE);
    assert_eq!(refusal(hasty.follow(&link).await), ErrorCode::LinkUnknown);
    world.register("neo", AZUMA).await;
}
