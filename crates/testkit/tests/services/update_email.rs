//! A changed address takes effect when the link mailed to it is followed.

use azuma_domain::ErrorCode;
use azuma_domain::services::Followed;
use azuma_domain::session::LiveSession;
use azuma_domain::user::User;
use azuma_testkit::sample::{self, MICROSECOND, MINUTE};

use crate::world::{
    AZUMA, NEW_PASSWORD, World, email_update, name_update, password_update, refusal,
};

/// An instance, and a caller with a proved address.
async fn neo() -> (World, LiveSession) {
    let world = World::new();
    let neo = world.register_with_email("neo", "neo@example.org").await;
    let token = neo.token;
    world.prove_email(&world.caller(&token).await).await;
    let caller = world.caller(&token).await;
    (world, caller)
}

/// Asks for another address and answers the user.
async fn ask_for(world: &World, caller: &LiveSession, text: &str) -> User {
    world.update(caller, email_update(text)).await.unwrap()
}

async fn email_of(world: &World, caller: &LiveSession) -> String {
    let user = world.accounts.find_user(caller.user.id).await.unwrap();
    user.email.unwrap().address().as_str().to_owned()
}

#[tokio::test]
async fn until_the_link_is_followed_the_old_address_stands() {
    let (world, caller) = neo().await;
    let user = ask_for(&world, &caller, "new@example.org").await;
    assert_eq!(user.email, caller.user.profile().unwrap().email);
    let link = world.link_mailed_to("new@example.org").await;
    assert_eq!(email_of(&world, &caller).await, "neo@example.org");
    assert_eq!(world.follow(&link).await.unwrap(), Followed::EmailChanged);
    assert_eq!(email_of(&world, &caller).await, "new@example.org");
}

#[tokio::test]
async fn a_user_without_an_address_gets_its_first_and_nobody_else_is_told() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    ask_for(&world, &caller, "neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    world.follow(&link).await.unwrap();
    let user = world.caller(&neo.token).await.user;
    let proved = sample::proved("neo@example.org", world.now());
    assert_eq!(user.profile().unwrap().email, Some(proved));
    world.deliver_all().await;
    world.parts.mailbox.letter();
}

#[tokio::test]
async fn the_old_address_is_told_of_the_request_and_of_the_change_and_free_afterwards() {
    let (world, caller) = neo().await;
    ask_for(&world, &caller, "new@example.org").await;
    let link = world.link_mailed_to("new@example.org").await;
    let requested = "Your e-mail address for azumaneo is about to change";
    let changed = "Your e-mail address for azumaneo has changed";
    let told = |world: &World| world.parts.mailbox.subjects_to("neo@example.org");
    assert_eq!(told(&world), [requested]);
    world.follow(&link).await.unwrap();
    world.deliver_all().await;
    let mut both = [changed, requested];
    both.sort_unstable();
    assert_eq!(told(&world), both);
    world.register_with_email("smith", "neo@example.org").await;
    let outcome = world
        .try_register("other", Some("new@example.org"), AZUMA)
        .await;
    assert_eq!(refusal(outcome), ErrorCode::EmailTaken);
}

#[tokio::test]
async fn the_old_address_is_told_once_of_changes_that_follow_each_other() {
    let (world, caller) = neo().await;
    for new in [
        "first@example.org",
        "second@example.org",
        "third@example.org",
    ] {
        ask_for(&world, &caller, new).await;
    }
    world.deliver_all().await;
    let told = || world.parts.mailbox.subjects_to("neo@example.org").len();
    assert_eq!(told(), 1);
    world.wait(10 * MINUTE);
    ask_for(&world, &caller, "fourth@example.org").await;
    world.deliver_all().await;
    assert_eq!(told(), 2);
}

#[tokio::test]
async fn an_address_that_nobody_proved_is_told_nothing() {
    let world = World::new();
    let neo = world
        .register_with_email("neo", "bystander@example.org")
        .await;
    let caller = world.caller(&neo.token).await;
    ask_for(&world, &caller, "new@example.org").await;
    let link = world.link_mailed_to("new@example.org").await;
    world.follow(&link).await.unwrap();
    world.deliver_all().await;
    let told = world.parts.mailbox.subjects_to("bystander@example.org");
    assert!(told.is_empty(), "{told:?}");
}

#[tokio::test]
async fn the_link_works_for_ten_minutes() {
    let (world, caller) = neo().await;
    ask_for(&world, &caller, "new@example.org").await;
    let link = world.link_mailed_to("new@example.org").await;
    world.wait(10 * MINUTE);
    assert_eq!(refusal(world.follow(&link).await), ErrorCode::LinkUnknown);
    assert_eq!(email_of(&world, &caller).await, "neo@example.org");
    ask_for(&world, &caller, "new@example.org").await;
    let link = world.link_mailed_to("new@example.org").await;
    world.wait(10 * MINUTE - MICROSECOND);
    world.follow(&link).await.unwrap();
}

#[tokio::test]
async fn the_newest_link_alone_works() {
    let (world, caller) = neo().await;
    ask_for(&world, &caller, "first@example.org").await;
    let first = world.link_mailed_to("first@example.org").await;
    ask_for(&world, &caller, "second@example.org").await;
    let second = world.link_mailed_to("second@example.org").await;
    assert_eq!(refusal(world.follow(&first).await), ErrorCode::LinkUnknown);
    world.follow(&second).await.unwrap();
    assert_eq!(email_of(&world, &caller).await, "second@example.org");
    assert_eq!(refusal(world.follow(&first).await), ErrorCode::LinkUnknown);
}

#[tokio::test]
async fn a_message_whose_link_was_replaced_is_not_sent() {
    let (world, caller) = neo().await;
    ask_for(&world, &caller, "first@example.org").await;
    ask_for(&world, &caller, "second@example.org").await;
    world.deliver_all().await;
    let subjects_to = |email| world.parts.mailbox.subjects_to(email).len();
    assert_eq!(subjects_to("first@example.org"), 0);
    assert_eq!(subjects_to("second@example.org"), 1);
}

#[tokio::test]
async fn asking_for_the_present_address_takes_a_change_back() {
    let (world, caller) = neo().await;
    ask_for(&world, &caller, "new@example.org").await;
    let link = world.link_mailed_to("new@example.org").await;
    ask_for(&world, &caller, "neo@example.org").await;
    assert_eq!(world.deliver_all().await, 0);
    assert_eq!(refusal(world.follow(&link).await), ErrorCode::LinkUnknown);
    assert_eq!(email_of(&world, &caller).await, "neo@example.org");
}

#[tokio::test]
async fn a_change_of_something_else_leaves_the_link() {
    let (world, caller) = neo().await;
    ask_for(&world, &caller, "new@example.org").await;
    world.update(&caller, name_update("theone")).await.unwrap();
    let link = world.link_mailed_to("new@example.org").await;
    world.follow(&link).await.unwrap();
}

#[tokio::test]
async fn one_can_take_ones_own_address_in_another_case() {
    let (world, caller) = neo().await;
    ask_for(&world, &caller, "Neo@example.org").await;
    let link = world.link_mailed_to("Neo@example.org").await;
    world.follow(&link).await.unwrap();
    assert_eq!(email_of(&world, &caller).await, "Neo@example.org");
}

#[tokio::test]
async fn a_refused_change_leaves_the_link_of_the_one_before() {
    let (world, caller) = neo().await;
    world
        .register_with_email("smith", "smith@example.org")
        .await;
    ask_for(&world, &caller, "new@example.org").await;
    let outcome = world
        .update(&caller, email_update("smith@example.org"))
        .await;
    assert_eq!(refusal(outcome), ErrorCode::EmailTaken);
    let link = world.link_mailed_to("new@example.org").await;
    world.follow(&link).await.unwrap();
}

#[tokio::test]
async fn an_address_of_a_waiting_account_is_refused_until_it_lapses() {
    let (world, caller) = neo().await;
    world.request_account("smith", "smith@example.org").await;
    let outcome = world
        .update(&caller, email_update("smith@example.org"))
        .await;
    assert_eq!(refusal(outcome), ErrorCode::EmailTaken);
    world.wait(10 * MINUTE);
    ask_for(&world, &caller, "smith@example.org").await;
    let link = world.link_mailed_to("smith@example.org").await;
    world.follow(&link).await.unwrap();
    assert_eq!(email_of(&world, &caller).await, "smith@example.org");
}

#[tokio::test]
async fn the_link_does_nothing_where_another_took_the_address_meanwhile() {
    let (world, caller) = neo().await;
    ask_for(&world, &caller, "new@example.org").await;
    let link = world.link_mailed_to("new@example.org").await;
    world.register_with_email("smith", "NEW@example.org").await;
    assert_eq!(refusal(world.follow(&link).await), ErrorCode::LinkUnknown);
    assert_eq!(email_of(&world, &caller).await, "neo@example.org");
}

#[tokio::test]
async fn the_link_works_where_whoever_took_the_address_meanwhile_has_lapsed() {
    let world = World::new();
    let hasty = world.restarted(|parts| parts.settings.registration_lifetime = MINUTE);
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    ask_for(&world, &caller, "new@example.org").await;
    let link = world.link_mailed_to("new@example.org").await;
    hasty.request_account("smith", "new@example.org").await;
    assert_eq!(refusal(world.follow(&link).await), ErrorCode::LinkUnknown);
    world.wait(MINUTE);
    world.follow(&link).await.unwrap();
    assert_eq!(email_of(&world, &caller).await, "new@example.org");
}

#[tokio::test]
async fn a_changed_address_ends_no_session() {
    let (world, caller) = neo().await;
    let other = world.log_in("neo", AZUMA).await;
    ask_for(&world, &caller, "new@example.org").await;
    let link = world.link_mailed_to("new@example.org").await;
    world.follow(&link).await.unwrap();
    let found = world.caller(&other.token).await;
    let proved = sample::proved("new@example.org", world.now());
    assert_eq!(found.user.profile().unwrap().email, Some(proved));
}

#[tokio::test]
async fn a_new_password_takes_a_change_back() {
    let (world, caller) = neo().await;
    ask_for(&world, &caller, "new@example.org").await;
    let link = world.link_mailed_to("new@example.org").await;
    let update = password_update(NEW_PASSWORD);
    world.update(&caller, update).await.unwrap();
    assert_eq!(refusal(world.follow(&link).await), ErrorCode::LinkUnknown);
}

#[tokio::test]
async fn an_address_of_ones_own_that_was_never_proved_is_mailed_a_link_that_proves_it() {
    let world = World::new();
    let neo = world.register_with_email("neo", "neo@example.org").await;
    let token = neo.token;
    let caller = world.caller(&token).await;
    ask_for(&world, &caller, "neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    world.follow(&link).await.unwrap();
    let user = world.caller(&token).await.user;
    let proved = sample::proved("neo@example.org", world.now());
    assert_eq!(user.profile().unwrap().email, Some(proved));
}
