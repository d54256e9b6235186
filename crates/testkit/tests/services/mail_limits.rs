//! How many messages one address gets, whoever asks for them.

use std::sync::Arc;

use azuma_domain::ErrorCode;
use azuma_domain::audit::Source;
use azuma_domain::mail::Language;
use azuma_domain::services::UserUpdate;
use azuma_domain::session::LiveSession;
use azuma_infra::abuse_guard::{RateLimits, Rates};
use azuma_testkit::sample;

use crate::world::{AZUMA, NEW_PASSWORD, World, email_update, password_update, refusal};

/// An instance with rate limits.
fn guarded() -> World {
    let guard = Arc::new(RateLimits::new(Rates::with_mails(1_000)));
    World::new().restarted(|parts| parts.guard = guard)
}

async fn caller(world: &World, name: &str) -> LiveSession {
    let email = format!("{name}@example.org");
    let user = world.try_register(name, Some(&email), AZUMA).await;
    world.caller(&user.ok().unwrap().token).await
}

fn is_blocked(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::TooManyAttempts { .. })
}

fn mailed_to(world: &World, address: &str) -> usize {
    world.parts.mailbox.subjects_to(address).len()
}

#[tokio::test]
async fn a_bystander_is_mailed_three_messages_however_many_users_ask_and_in_whatever_way() {
    let world = guarded();
    let bystander = "bystander@example.org";
    for name in ["mallory", "eve", "smith"] {
        let user = caller(&world, name).await;
        world.prove_email(&user).await;
        for _ in 0..5 {
            let outcome = world.update(&user, email_update(bystander)).await;
            world.deliver_all().await;
            // Asking for the present address takes the change back, and nobody gets a message.
            let own = format!("{name}@example.org");
            world.update(&user, email_update(&own)).await.unwrap();
            drop(outcome);
        }
    }
    assert_eq!(mailed_to(&world, bystander), 3);
    let outcome = world.try_request_account("cypher", bystander, Language::English);
    assert!(is_blocked(refusal(outcome.await)));
    world.register("cypher", AZUMA).await;
}

#[tokio::test]
async fn a_change_that_is_blocked_changes_nothing() {
    let world = guarded();
    let user = caller(&world, "mallory").await;
    for name in ["a", "b", "c"] {
        let outcome = world.try_request_account(name, "neo@example.org", Language::English);
        outcome.await.unwrap();
        let link = world.link_mailed_to("neo@example.org").await;
        let disowned = world
            .accounts
            .disown_link(Some(link), &Source::default())
            .await;
        disowned.unwrap();
        world.wait(sample::SECOND);
    }
    let update = UserUpdate {
        status: azuma_domain::user::Change::Set(sample::status("away")),
        ..email_update("neo@example.org")
    };
    assert!(is_blocked(refusal(world.update(&user, update).await)));
    let left = world.accounts.find_user(user.user.id).await.unwrap();
    assert_eq!(left.status, None);
    assert_eq!(world.deliver_all().await, 0);
}

#[tokio::test]
async fn whoever_names_an_address_that_is_taken_uses_up_nothing_of_it() {
    let world = guarded();
    let neo = caller(&world, "neo").await;
    world.prove_email(&neo).await;
    let mallory = caller(&world, "mallory").await;
    for _ in 0..10 {
        let outcome = world
            .update(&mallory, email_update("neo@example.org"))
            .await;
        assert_eq!(refusal(outcome), ErrorCode::EmailTaken);
        let outcome = world.try_request_account("eve", "neo@example.org", Language::English);
        assert_eq!(refusal(outcome.await), ErrorCode::EmailTaken);
    }
    world
        .update(&neo, password_update(NEW_PASSWORD))
        .await
        .unwrap();
    world.deliver_all().await;
    assert_eq!(mailed_to(&world, "neo@example.org"), 1);
}

#[tokio::test]
async fn requests_that_alternate_with_taking_them_back_tell_the_owner_three_times() {
    let world = guarded();
    let neo = caller(&world, "neo").await;
    world.prove_email(&neo).await;
    for number in 0..10 {
        let new = format!("new{number}@example.org");
        world.update(&neo, email_update(&new)).await.unwrap();
        world
            .update(&neo, email_update("neo@example.org"))
            .await
            .unwrap();
    }
    world.deliver_all().await;
    assert_eq!(mailed_to(&world, "neo@example.org"), 3);
}

#[tokio::test]
async fn however_often_a_thief_changes_the_password_the_owner_is_told_and_recovers_the_account() {
    let world = guarded();
    let neo = caller(&world, "neo").await;
    world.prove_email(&neo).await;
    for _ in 0..10 {
        world
            .update(&neo, password_update(NEW_PASSWORD))
            .await
            .unwrap();
    }
    world.deliver_all().await;
    assert_eq!(mailed_to(&world, "neo@example.org"), 3);
    world.wait(sample::SECOND);
    world.recover("neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    world.reset(&link, "mine again").await.unwrap();
}
