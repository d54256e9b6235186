//! A client that is rate limited learns nothing and changes nothing.

use std::sync::Arc;

use azuma_domain::ErrorCode;
use azuma_domain::audit::Source;
use azuma_domain::mail::Language;
use azuma_domain::services::{Recovery, RecoveryProgress};
use azuma_testkit::sample;

use crate::world::{AZUMA, Closed, PASSWORD, WAIT, World, refusal};

const TOO_MANY: ErrorCode = ErrorCode::TooManyAttempts { retry_after: WAIT };

fn closed(world: &World) -> World {
    world.restarted(|parts| parts.guard = Arc::new(Closed))
}

#[tokio::test]
async fn a_blocked_login_is_told_nothing() {
    let world = World::new();
    world.register("neo", AZUMA).await;
    let closed = closed(&world);
    for (name, password) in [("neo", PASSWORD), ("neo", "wrong"), ("nobody", PASSWORD)] {
        let outcome = closed.try_log_in(name, password, AZUMA).await;
        assert_eq!(refusal(outcome), TOO_MANY);
    }
}

#[tokio::test]
async fn a_blocked_registration_leaves_the_name_free() {
    let world = World::new();
    let outcome = closed(&world).try_register("neo", None, AZUMA).await;
    assert_eq!(refusal(outcome), TOO_MANY);
    world.register("neo", AZUMA).await;
}

#[tokio::test]
async fn a_blocked_request_for_an_account_writes_no_mail() {
    let world = World::new();
    let closed = closed(&world);
    let outcome = closed.try_request_account("neo", "neo@example.org", Language::English);
    assert_eq!(refusal(outcome.await), TOO_MANY);
    assert_eq!(world.deliver_all().await, 0);
}

#[tokio::test]
async fn a_blocked_link_works_later() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    assert_eq!(refusal(closed(&world).follow(&link).await), TOO_MANY);
    world.follow(&link).await.unwrap();
}

#[tokio::test]
async fn a_blocked_recovery_mails_nothing_and_a_blocked_reset_leaves_the_link() {
    let world = World::new();
    world.register_with_email("neo", "neo@example.org").await;
    let recovery = Recovery {
        email: sample::email("neo@example.org"),
        source: Source::default(),
        language: Language::English,
    };
    let closed = closed(&world);
    let outcome = closed.accounts.recover_account(recovery).await;
    assert_eq!(refusal(outcome), TOO_MANY);
    assert_eq!(
        world.accounts.begin_recoveries().await.unwrap(),
        RecoveryProgress::NoneDue
    );
    world.recover("neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    assert_eq!(refusal(closed.reset(&link, "new").await), TOO_MANY);
    world.reset(&link, "new").await.unwrap();
}

#[tokio::test]
async fn texts_that_are_no_link_count_as_attempts() {
    let outcome = closed(&World::new())
        .accounts
        .follow_link(None, &Source::default(), Language::English)
        .await;
    assert_eq!(refusal(outcome), TOO_MANY);
}

#[tokio::test]
async fn a_blocked_second_factor_is_not_begun() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    let closed = closed(&world);
    let source = Source::default();
    let begun = closed.accounts.begin_factor(&caller, None, &source);
    assert_eq!(refusal(begun.await), TOO_MANY);
}

#[tokio::test]
async fn tokens_in_use_are_not_counted() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    closed(&world).caller(&neo.token).await;
}
