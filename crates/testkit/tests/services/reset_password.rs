//! Setting a new password with a mailed link: whoever reads the account's mail owns the account.

use azuma_domain::ErrorCode;
use azuma_domain::audit::Source;
use azuma_domain::link::LinkPurpose;
use azuma_domain::mail::Language;
use azuma_domain::services::ResetPasswordError;
use azuma_domain::token::Token;
use azuma_testkit::sample;

use crate::world::{
    AZUMA, NEW_PASSWORD, PASSWORD, World, email_update, new_password, password_update, refusal,
};

/// An instance where mallory has registered neo's address.
async fn claimed() -> World {
    let world = World::new();
    world
        .register_with_email("mallory", "neo@example.org")
        .await;
    world
}

/// A link that sets mallory's password.
async fn link(world: &World) -> Token {
    world.recover("neo@example.org").await;
    world.link_mailed_to("neo@example.org").await
}

async fn password_is(world: &World, name: &str, password: &str) -> bool {
    world.try_log_in(name, password, AZUMA).await.is_ok()
}

#[tokio::test]
async fn the_new_password_replaces_the_old_one_and_the_address_is_proved() {
    let world = claimed().await;
    let link = link(&world).await;
    let user = world.reset(&link, NEW_PASSWORD).await.unwrap();
    assert_eq!(user.name.as_str(), "mallory");
    let proved = sample::proved("neo@example.org", world.now());
    assert_eq!(user.email, Some(proved));
    assert!(password_is(&world, "mallory", NEW_PASSWORD).await);
    assert!(!password_is(&world, "mallory", PASSWORD).await);
}

#[tokio::test]
async fn the_address_is_told_and_the_message_carries_no_link() {
    let world = claimed().await;
    let link = link(&world).await;
    world.wait(sample::SECOND);
    world.reset(&link, NEW_PASSWORD).await.unwrap();
    world.deliver_all().await;
    let letter = world.parts.mailbox.letters().pop().unwrap();
    assert_eq!(letter.to, "neo@example.org");
    assert_eq!(letter.subject, "Your password for azumaneo has changed");
    assert!(letter.token.is_none());
}

#[tokio::test]
async fn a_change_of_address_on_its_way_is_taken_back() {
    let world = claimed().await;
    let token = world.log_in("mallory", AZUMA).await.token;
    let caller = world.caller(&token).await;
    world
        .update(&caller, email_update("mallory@evil.example"))
        .await
        .unwrap();
    let steal = world.link_mailed_to("mallory@evil.example").await;
    let link = link(&world).await;
    world.reset(&link, NEW_PASSWORD).await.unwrap();
    assert_eq!(refusal(world.follow(&steal).await), ErrorCode::LinkUnknown);
}

#[tokio::test]
async fn other_links_mailed_before_work_no_more() {
    let world = claimed().await;
    let first = link(&world).await;
    world.wait(sample::SECOND);
    let second = link(&world).await;
    world.reset(&second, NEW_PASSWORD).await.unwrap();
    let outcome = world.reset(&first, "another").await;
    assert_eq!(refusal(outcome), ErrorCode::LinkUnknown);
}

#[tokio::test]
async fn a_later_request_leaves_the_link_before_it_alone() {
    let world = claimed().await;
    let first = link(&world).await;
    world.wait(sample::SECOND);
    link(&world).await;
    world.reset(&first, NEW_PASSWORD).await.unwrap();
}

#[tokio::test]
async fn whoever_is_logged_in_cannot_take_the_link_back_by_changing_the_password() {
    let world = claimed().await;
    let link = link(&world).await;
    let token = world.log_in("mallory", AZUMA).await.token;
    let caller = world.caller(&token).await;
    world
        .update(&caller, password_update("changed"))
        .await
        .unwrap();
    world.reset(&link, NEW_PASSWORD).await.unwrap();
    assert!(password_is(&world, "mallory", NEW_PASSWORD).await);
}

#[tokio::test]
async fn a_changed_address_ends_the_links_mailed_to_the_former_one() {
    let world = claimed().await;
    let link = link(&world).await;
    let token = world.log_in("mallory", AZUMA).await.token;
    let caller = world.caller(&token).await;
    world
        .update(&caller, email_update("new@example.org"))
        .await
        .unwrap();
    let confirm = world.link_mailed_to("new@example.org").await;
    world.follow(&confirm).await.unwrap();
    let outcome = world.reset(&link, NEW_PASSWORD).await;
    assert_eq!(refusal(outcome), ErrorCode::LinkUnknown);
}

#[tokio::test]
async fn an_account_that_waited_is_a_user_and_its_first_link_works_no_more() {
    let world = World::new();
    world.request_account("mallory", "neo@example.org").await;
    let verify = world.link_mailed_to("neo@example.org").await;
    world.wait(sample::SECOND);
    let link = link(&world).await;
    let user = world.reset(&link, NEW_PASSWORD).await.unwrap();
    world.accounts.find_user(user.id).await.unwrap();
    assert!(password_is(&world, "mallory", NEW_PASSWORD).await);
    assert!(!password_is(&world, "mallory", PASSWORD).await);
    assert_eq!(refusal(world.follow(&verify).await), ErrorCode::LinkUnknown);
}

#[tokio::test]
async fn a_link_of_another_purpose_sets_no_password_and_is_not_used_up() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let verify = world.link_mailed_to("neo@example.org").await;
    let outcome = world.reset(&verify, NEW_PASSWORD).await;
    assert!(matches!(outcome, Err(ResetPasswordError::LinkUnknown)));
    world.follow(&verify).await.unwrap();
    let link = link(&world).await;
    assert_eq!(refusal(world.follow(&link).await), ErrorCode::LinkUnknown);
    world.reset(&link, NEW_PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_text_that_is_no_token_is_an_unknown_link() {
    let world = claimed().await;
    let password = new_password("x");
    let outcome = world
        .accounts
        .reset_password(None, password, &Source::default(), Language::English)
        .await;
    assert_eq!(refusal(outcome), ErrorCode::LinkUnknown);
}

#[tokio::test]
async fn looking_at_a_link_does_not_use_it_up() {
    let world = claimed().await;
    let link = link(&world).await;
    let looked = world.accounts.look_at_link(Some(&link)).await.unwrap();
    assert_eq!(looked.purpose, LinkPurpose::ResetPassword);
    assert_eq!(looked.name, Some(sample::name("mallory")));
    assert_eq!(looked.address, sample::email("neo@example.org"));
    world.reset(&link, NEW_PASSWORD).await.unwrap();
}
