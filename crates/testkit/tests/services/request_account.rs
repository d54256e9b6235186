//! Requesting an account, and following the link that verifies it.

use azuma_domain::ErrorCode;
use azuma_domain::audit::Source;
use azuma_domain::mail::Language;
use azuma_domain::services::Followed;
use azuma_domain::token::Token;
use azuma_testkit::sample::{self, MINUTE, just_before};

use crate::world::{AZUMA, World, refusal};

/// An instance with a waiting account, and the link that was mailed.
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
async fn the_link_works_for_ten_minutes() {
    let (world, link) = waiting().await;
    world.wait(10 * MINUTE);
    assert_eq!(refusal(world.follow(&link).await), ErrorCode::LinkUnknown);
    world.parts.clock.set(just_before(world.now()));
    world.follow(&link).await.unwrap();
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
        .follow_link(None, &Source::default(), Language::English)
        .await;
    assert_eq!(refusal(no_token), ErrorCode::LinkUnknown);
    world.assert_refused(&link).await;
    world.follow(&link).await.unwrap();
}

#[tokio::test]
async fn a_refused_request_writes_no_mail() {
    let world = World::new();
    world.register_with_email("neo", "neo@example.org").await;
    let outcome = world.try_request_account("neo", "other@example.org", Language::English);
    assert_eq!(refusal(outcome.await), ErrorCode::NameTaken);
    let outcome = world.try_request_account("other", "neo@example.org", Language::English);
    assert_eq!(refusal(outcome.await), ErrorCode::EmailTaken);
    assert_eq!(world.deliver_all().await, 0);
}
