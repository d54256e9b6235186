//! Logging in with an address instead of a name.

use azuma_domain::ErrorCode;
use azuma_domain::services::IssuedSession;

use crate::world::{AZUMA, LEGACY, PASSWORD, World, refusal};

/// `neo`, whose address is proved.
async fn with_proved_neo() -> (World, IssuedSession) {
    let world = World::new();
    let neo = world.register_with_email("neo", "Neo@example.org").await;
    world.prove_email(&world.caller(&neo.token).await).await;
    (world, neo)
}

#[tokio::test]
async fn a_proved_address_in_any_case_is_as_good_as_the_name() {
    let (world, neo) = with_proved_neo().await;
    for typed in ["Neo@example.org", "nEO@eXample.ORG"] {
        let issued = world.log_in(typed, LEGACY).await;
        assert_eq!(issued.user.id, neo.user.id);
    }
}

#[tokio::test]
async fn an_address_that_is_merely_claimed_is_nobodys() {
    let world = World::new();
    world.register_with_email("neo", "neo@example.org").await;
    let outcome = world.try_log_in("neo@example.org", PASSWORD, AZUMA).await;
    assert_eq!(refusal(outcome), ErrorCode::UserUnknown);
}

#[tokio::test]
async fn the_address_of_a_waiting_account_is_nobodys() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let outcome = world.try_log_in("neo@example.org", PASSWORD, AZUMA).await;
    assert_eq!(refusal(outcome), ErrorCode::UserUnknown);
}

#[tokio::test]
async fn whoever_has_the_text_as_a_name_comes_first() {
    // The name was there before the address was proved. Afterwards it is taken.
    let world = World::new();
    let other = world.register("neo@example.org", AZUMA).await;
    let neo = world.register_with_email("neo", "neo@example.org").await;
    world.prove_email(&world.caller(&neo.token).await).await;
    let issued = world.log_in("Neo@example.org", AZUMA).await;
    assert_eq!(issued.user.id, other.user.id);
}

#[tokio::test]
async fn a_wrong_password_is_told_as_for_a_name() {
    let (world, _) = with_proved_neo().await;
    let outcome = world.try_log_in("neo@example.org", "wrong", AZUMA).await;
    assert_eq!(refusal(outcome), ErrorCode::WrongPassword);
}

#[tokio::test]
async fn an_address_that_is_too_long_for_a_name_is_one_too() {
    let world = World::new();
    let long = format!("{}@example.org", "x".repeat(64));
    let neo = world.register_with_email("neo", &long).await;
    world.prove_email(&world.caller(&neo.token).await).await;
    world.log_in(&long, AZUMA).await;
}
