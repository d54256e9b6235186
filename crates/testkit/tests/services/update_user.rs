//! Changing one's account.

use std::sync::Arc;

use azuma_domain::ErrorCode;
use azuma_domain::audit::Source;
use azuma_domain::services::{LogoutScope, UserUpdate};
use azuma_domain::session::LiveSession;
use azuma_domain::user::Change;
use azuma_testkit::sample::{self, MINUTE};

use crate::world::{
    AZUMA, InTheMiddle, LEGACY, NEW_PASSWORD, NoMoreHashes, PASSWORD, World, name_update,
    new_password, password_update, refusal,
};

async fn neo() -> (World, LiveSession) {
    let world = World::new();
    let neo = world.register_with_email("neo", "neo@example.org").await;
    let caller = world.caller(&neo.token).await;
    (world, caller)
}

/// A change of every field.
fn everything(name: &str, email: &str) -> UserUpdate {
    UserUpdate {
        source: Source::default(),
        code: None,
        current_password: None,
        name: Some(sample::name(name)),
        password: Some(new_password(NEW_PASSWORD)),
        email: Some(sample::email(email)),
        icon: Change::Set(sample::icon("https://example.org/neo.png")),
        status: Change::Set(sample::status("there is no spoon")),
    }
}

#[tokio::test]
async fn a_new_password_is_told_to_a_proved_address_and_to_no_other() {
    let (world, caller) = neo().await;
    let told = || world.parts.mailbox.subjects_to("neo@example.org");
    world
        .update(&caller, password_update(NEW_PASSWORD))
        .await
        .unwrap();
    world.deliver_all().await;
    assert!(told().is_empty(), "{:?}", told());
    world.prove_email(&caller).await;
    world.update(&caller, name_update("theone")).await.unwrap();
    world
        .update(&caller, password_update(NEW_PASSWORD))
        .await
        .unwrap();
    world.deliver_all().await;
    assert_eq!(told(), ["Your password for azumaneo has changed"]);
}

#[tokio::test]
async fn all_of_a_change_happens() {
    let (world, caller) = neo().await;
    let update = everything("theone", "theone@example.org");
    let changed = world.update(&caller, update).await.unwrap();
    assert_eq!(changed.name.as_str(), "theone");
    assert_eq!(
        changed.icon,
        Some(sample::icon("https://example.org/neo.png"))
    );
    assert_eq!(changed.status, Some(sample::status("there is no spoon")));
    assert_eq!(
        changed.created_at,
        caller.user.profile().unwrap().created_at
    );
    let found = world.accounts.find_user(changed.id).await.unwrap();
    assert_eq!(found, changed);
    let again = world.try_log_in("theone", NEW_PASSWORD, AZUMA).await;
    assert_eq!(again.ok().unwrap().user, changed);
    world.deliver_all().await;
    let confirmation = world.parts.mailbox.subjects_to("theone@example.org");
    assert_eq!(confirmation.len(), 1);
}

/// Fails the test if anything of [`everything`] happened.
async fn assert_unchanged(world: &World, caller: &LiveSession) {
    let found = world.accounts.find_user(caller.user.id).await.unwrap();
    assert_eq!(found, *caller.user.profile().unwrap());
    world.log_in("neo", AZUMA).await;
    assert_eq!(world.deliver_all().await, 0);
}

#[tokio::test]
async fn nothing_of_a_change_happens_where_the_name_is_taken() {
    let (world, caller) = neo().await;
    let other = world.log_in("neo", LEGACY).await;
    world.register("Smith", AZUMA).await;
    let update = everything("smith", "theone@example.org");
    let outcome = world.update(&caller, update).await;
    assert_eq!(refusal(outcome), ErrorCode::NameTaken);
    assert_unchanged(&world, &caller).await;
    world.caller(&other.token).await;
}

#[tokio::test]
async fn nothing_of_a_change_happens_where_the_address_is_taken() {
    let (world, caller) = neo().await;
    let other = world.log_in("neo", LEGACY).await;
    world
        .register_with_email("smith", "smith@example.org")
        .await;
    let update = everything("theone", "Smith@example.org");
    let outcome = world.update(&caller, update).await;
    assert_eq!(refusal(outcome), ErrorCode::EmailTaken);
    assert_unchanged(&world, &caller).await;
    world.caller(&other.token).await;
    world.register("theone", AZUMA).await;
}

#[tokio::test]
async fn nothing_of_a_change_happens_where_the_password_cannot_be_hashed() {
    let (world, caller) = neo().await;
    let busy = world.restarted(|parts| {
        parts.hasher = Arc::new(NoMoreHashes(Arc::clone(&parts.hasher)));
    });
    let update = everything("theone", "theone@example.org");
    let code = refusal(busy.update(&caller, update).await);
    assert!(matches!(code, ErrorCode::Unavailable { .. }));
    assert_unchanged(&world, &caller).await;
}

#[tokio::test]
async fn a_new_name_ends_no_session() {
    let (world, caller) = neo().await;
    let other = world.log_in("neo", AZUMA).await;
    world.update(&caller, name_update("theone")).await.unwrap();
    let found = world.caller(&other.token).await;
    assert_eq!(found.user.profile().unwrap().name.as_str(), "theone");
}

#[tokio::test]
async fn a_new_password_is_the_only_one() {
    let (world, caller) = neo().await;
    world
        .update(&caller, password_update(NEW_PASSWORD))
        .await
        .unwrap();
    let outcome = world.try_log_in("neo", PASSWORD, AZUMA).await;
    assert_eq!(refusal(outcome), ErrorCode::WrongPassword);
    let again = world.try_log_in("neo", NEW_PASSWORD, AZUMA).await;
    again.ok().unwrap();
}

#[tokio::test]
async fn a_new_password_ends_every_other_session_of_the_user() {
    let (world, caller) = neo().await;
    let mine = world.log_in("neo", AZUMA).await;
    let others = [
        world.log_in("neo", AZUMA).await,
        world.log_in("neo", LEGACY).await,
    ];
    let smith = world.register("smith", AZUMA).await;
    let me = world.caller(&mine.token).await;
    world
        .update(&me, password_update(NEW_PASSWORD))
        .await
        .unwrap();
    world.caller(&mine.token).await;
    world.caller(&smith.token).await;
    for other in &others {
        world.assert_refused(&other.token).await;
    }
    let outcome = world.update(&caller, name_update("theone")).await;
    assert_eq!(refusal(outcome), ErrorCode::TokenInvalid);
}

#[tokio::test]
async fn the_same_password_again_ends_the_other_sessions_too() {
    let (world, caller) = neo().await;
    let other = world.log_in("neo", AZUMA).await;
    world
        .update(&caller, password_update(PASSWORD))
        .await
        .unwrap();
    world.assert_refused(&other.token).await;
}

#[tokio::test]
async fn a_session_ended_while_the_password_was_hashed_changes_nothing() {
    let (world, caller) = neo().await;
    let (sessions, ended) = (Arc::clone(&world.sessions), caller.clone());
    let disturbed = world.restarted(|parts| {
        let event = async move {
            let scope = LogoutScope::ThisSession;
            sessions
                .log_out(&ended, scope, &Source::default())
                .await
                .unwrap();
        };
        parts.hasher = InTheMiddle::of(&parts.hasher, event);
    });
    let update = everything("theone", "theone@example.org");
    let outcome = disturbed.update(&caller, update).await;
    assert_eq!(refusal(outcome), ErrorCode::TokenInvalid);
    assert_unchanged(&world, &caller).await;
}

#[tokio::test]
async fn a_session_expired_while_the_password_was_hashed_changes_nothing() {
    let (world, caller) = neo().await;
    let clock = world.parts.clock.clone();
    let disturbed = world.restarted(|parts| {
        let event = async move {
            clock.advance(14 * sample::DAY);
        };
        parts.hasher = InTheMiddle::of(&parts.hasher, event);
    });
    let outcome = disturbed
        .update(&caller, password_update(NEW_PASSWORD))
        .await;
    assert_eq!(refusal(outcome), ErrorCode::TokenInvalid);
    assert_unchanged(&world, &caller).await;
}

#[tokio::test]
async fn an_account_deleted_while_the_password_was_hashed_stays_deleted() {
    let (world, caller) = neo().await;
    let (accounts, deleted) = (Arc::clone(&world.accounts), caller.clone());
    let disturbed = world.restarted(|parts| {
        let event = async move {
            accounts
                .delete_user(&deleted, None, &Source::default())
                .await
                .unwrap();
        };
        parts.hasher = InTheMiddle::of(&parts.hasher, event);
    });
    let outcome = disturbed
        .update(&caller, password_update(NEW_PASSWORD))
        .await;
    assert_eq!(refusal(outcome), ErrorCode::TokenInvalid);
    world.wait(MINUTE);
    world.register("neo", AZUMA).await;
}
