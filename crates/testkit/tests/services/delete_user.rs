//! Deleting one's account.

use azuma_domain::ErrorCode;
use azuma_domain::services::{LogoutScope, UserUpdate};
use azuma_domain::session::LiveSession;
use azuma_testkit::{all, sample};

use crate::world::{ACCOUNT, AZUMA, LEGACY, PASSWORD, World, refusal};

async fn neo() -> (World, LiveSession) {
    let world = World::new();
    let neo = world
        .try_register("neo", Some("neo@example.org"), AZUMA)
        .await;
    let caller = world.caller(&neo.ok().unwrap().token).await;
    (world, caller)
}

fn email(text: &str) -> UserUpdate {
    UserUpdate {
        email: Some(sample::email(text)),
        ..UserUpdate::default()
    }
}

#[tokio::test]
async fn the_account_is_gone() {
    let (world, caller) = neo().await;
    world.accounts.delete_user(&caller, None).await.unwrap();
    let found = world.accounts.find_user(caller.user.id).await;
    assert_eq!(refusal(found), ErrorCode::UserUnknown);
    let outcome = world.try_log_in("neo", PASSWORD, AZUMA).await;
    assert_eq!(refusal(outcome), ErrorCode::UserUnknown);
}

#[tokio::test]
async fn its_sessions_are_gone() {
    let world = World::new();
    let first = world.register("neo", AZUMA).await;
    let others = [
        world.log_in("neo", LEGACY).await,
        world.log_in("neo", ACCOUNT).await,
    ];
    let caller = world.caller(&first.token).await;
    world.accounts.delete_user(&caller, None).await.unwrap();
    world.assert_refused(&first.token).await;
    for other in &others {
        world.assert_refused(&other.token).await;
    }
    assert!(world.rows_of(&caller).await.is_empty());
}

#[tokio::test]
async fn its_mail_is_gone() {
    let (world, caller) = neo().await;
    world
        .update(&caller, email("new@example.org"))
        .await
        .unwrap();
    world.accounts.delete_user(&caller, None).await.unwrap();
    assert_eq!(world.deliver_all().await, 0);
}

#[tokio::test]
async fn its_links_are_gone() {
    let (world, caller) = neo().await;
    world
        .update(&caller, email("new@example.org"))
        .await
        .unwrap();
    let link = world.link_mailed_to("new@example.org").await;
    world.accounts.delete_user(&caller, None).await.unwrap();
    assert_eq!(refusal(world.follow(&link).await), ErrorCode::LinkUnknown);
}

#[tokio::test]
async fn its_name_and_address_are_free() {
    let (world, caller) = neo().await;
    world.accounts.delete_user(&caller, None).await.unwrap();
    let again = world
        .try_register("neo", Some("neo@example.org"), AZUMA)
        .await;
    assert_ne!(again.ok().unwrap().user.id, caller.user.id);
}

#[tokio::test]
async fn others_stay() {
    let (world, caller) = neo().await;
    let smith = world.register("smith", AZUMA).await;
    world
        .request_account("trinity", "trinity@example.org")
        .await;
    world.accounts.delete_user(&caller, None).await.unwrap();
    world.caller(&smith.token).await;
    let link = world.link_mailed_to("trinity@example.org").await;
    world.follow(&link).await.unwrap();
}

#[tokio::test]
async fn a_session_that_has_ended_deletes_nothing() {
    let (world, caller) = neo().await;
    let other = world.log_in("neo", AZUMA).await;
    let ended = world
        .sessions
        .log_out(&caller, LogoutScope::ThisSession, None);
    ended.await.unwrap();
    let outcome = world.accounts.delete_user(&caller, None).await;
    assert_eq!(refusal(outcome), ErrorCode::TokenInvalid);
    world.caller(&other.token).await;
}

#[tokio::test]
async fn a_session_that_has_expired_deletes_nothing() {
    let (world, caller) = neo().await;
    world.wait(14 * sample::DAY);
    let outcome = world.accounts.delete_user(&caller, None).await;
    assert_eq!(refusal(outcome), ErrorCode::TokenInvalid);
    world.log_in("neo", AZUMA).await;
}

#[tokio::test]
async fn an_account_is_deleted_once() {
    let (world, caller) = neo().await;
    let outcomes = all((0..8).map(|_| world.accounts.delete_user(&caller, None))).await;
    let (deleted, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(deleted.len(), 1);
    for outcome in refused {
        assert_eq!(refusal(outcome), ErrorCode::TokenInvalid);
    }
}
