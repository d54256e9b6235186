//! Whoever reads the mail of an address can cancel what somebody else asked for with that address.

use azuma_domain::ErrorCode;
use azuma_domain::audit::Source;
use azuma_domain::services::{Disowned, FollowLinkError};
use azuma_domain::token::Token;
use azuma_testkit::sample;

use crate::world::{AZUMA, NEW_PASSWORD, World, email_update, refusal};

async fn disown(world: &World, link: &Token) -> Result<Disowned, FollowLinkError> {
    world
        .accounts
        .disown_link(Some(link.clone()), &Source::default())
        .await
}

/// An instance where mallory has requested an account with neo's address, and the link that neo got.
async fn waiting() -> (World, Token) {
    let world = World::new();
    world.request_account("mallory", "neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    (world, link)
}

#[tokio::test]
async fn a_waiting_account_goes_and_its_name_and_address_are_free_at_once() {
    let (world, link) = waiting().await;
    assert_eq!(
        disown(&world, &link).await.unwrap(),
        Disowned::AccountDeleted
    );
    assert_eq!(refusal(world.follow(&link).await), ErrorCode::LinkUnknown);
    world.request_account("neo", "neo@example.org").await;
    world.register("mallory", AZUMA).await;
}

#[tokio::test]
async fn a_change_of_address_is_taken_back_and_the_user_keeps_its_own() {
    let world = World::new();
    let mallory = world
        .register_with_email("mallory", "mallory@example.org")
        .await;
    let caller = world.caller(&mallory.token).await;
    world
        .update(&caller, email_update("neo@example.org"))
        .await
        .unwrap();
    let link = world.link_mailed_to("neo@example.org").await;
    let done = disown(&world, &link).await.unwrap();
    assert_eq!(done, Disowned::EmailChangeCancelled);
    assert_eq!(refusal(world.follow(&link).await), ErrorCode::LinkUnknown);
    let user = world.accounts.find_user(caller.user.id).await.unwrap();
    assert_eq!(user.email, Some(sample::claimed("mallory@example.org")));
    world.request_account("neo", "neo@example.org").await;
}

#[tokio::test]
async fn an_account_that_was_verified_stays() {
    let (world, link) = waiting().await;
    world.follow(&link).await.unwrap();
    assert_eq!(refusal(disown(&world, &link).await), ErrorCode::LinkUnknown);
    world.log_in("mallory", AZUMA).await;
}

#[tokio::test]
async fn a_link_that_sets_a_password_works_on() {
    let (world, _) = waiting().await;
    world.recover("neo@example.org").await;
    world.wait(sample::SECOND);
    let link = world.link_mailed_to("neo@example.org").await;
    let outcome = disown(&world, &link).await;
    assert_eq!(refusal(outcome), ErrorCode::LinkUnknown);
    world.reset(&link, NEW_PASSWORD).await.unwrap();
}
