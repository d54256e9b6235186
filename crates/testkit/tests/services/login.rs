//! Logging in.

use std::sync::Arc;

use azuma_domain::ErrorCode;
use azuma_domain::ports::{StoreExt, UserChanges, WriteError};
use azuma_domain::user::PasswordHash;
use azuma_testkit::sample::{MICROSECOND, MINUTE};

use crate::world::{AZUMA, LEGACY, NoMoreHashes, PASSWORD, World, argon2, refusal};

#[tokio::test]
async fn the_right_password_opens_a_session() {
    let world = World::new();
    let registered = world.register("neo", AZUMA).await;
    let issued = world.log_in("neo", LEGACY).await;
    assert_eq!(issued.user, registered.user);
    let caller = world.caller(&issued.token).await;
    assert_eq!(caller.user.profile().unwrap().clone(), registered.user);
    assert_eq!(caller.policy, LEGACY.policy);
}

#[tokio::test]
async fn a_name_nobody_has_is_unknown() {
    let world = World::new();
    let outcome = world.try_log_in("neo", PASSWORD, AZUMA).await;
    assert_eq!(refusal(outcome), ErrorCode::UserUnknown);
}

#[tokio::test]
async fn another_password_is_wrong() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let outcome = world.try_log_in("neo", "Red Pill", AZUMA).await;
    assert_eq!(refusal(outcome), ErrorCode::WrongPassword);
    assert_eq!(world.listed_to(&neo.token).await.len(), 1);
}

#[tokio::test]
async fn a_waiting_account_is_told_so_with_the_right_password_until_it_lapses() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    world.wait(10 * MINUTE - MICROSECOND);
    for (password, code) in [
        (PASSWORD, ErrorCode::NotVerified),
        ("wrong", ErrorCode::WrongPassword),
    ] {
        let outcome = world.try_log_in("neo", password, AZUMA).await;
        assert_eq!(refusal(outcome), code);
    }
    world.wait(MICROSECOND);
    let outcome = world.try_log_in("neo", PASSWORD, AZUMA).await;
    assert_eq!(refusal(outcome), ErrorCode::UserUnknown);
}

#[tokio::test]
async fn a_login_renews_a_hash_of_older_parameters_once_and_ends_no_session() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let stricter = world.restarted(|parts| parts.hasher = argon2(2));
    stricter.log_in("neo", AZUMA).await;
    let renewed = world.credential("neo").await.password_hash;
    assert!(renewed.as_phc().contains("t=2"));
    let outcome = stricter.try_log_in("neo", "wrong", AZUMA).await;
    assert_eq!(refusal(outcome), ErrorCode::WrongPassword);
    stricter.log_in("neo", AZUMA).await;
    assert_eq!(world.credential("neo").await.password_hash, renewed);
    world.caller(&neo.token).await;
}

#[tokio::test]
async fn an_account_whose_hash_cannot_be_read_is_not_logged_in_and_can_be_recovered() {
    let world = World::new();
    let neo = world.register_with_email("neo", "neo@example.org").await;
    let id = neo.user.id;
    for unreadable in ["", "!", "$2b$12$abcdefghijklmnopqrstuu"] {
        let changes = UserChanges {
            password_hash: Some(PasswordHash::from_phc(unreadable.to_owned())),
            ..UserChanges::default()
        };
        let store = &world.parts.store;
        let written = store.transact(move |tx| Ok(tx.users().update(id, &changes)?));
        let written: Result<_, WriteError> = written.await;
        written.unwrap();
        let outcome = world.try_log_in("neo", PASSWORD, AZUMA).await;
        assert_eq!(refusal(outcome), ErrorCode::PasswordUnreadable);
    }
    world.recover("neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    world.reset(&link, PASSWORD).await.unwrap();
    world.log_in("neo", AZUMA).await;
}

#[tokio::test]
async fn a_wrong_password_renews_nothing() {
    let world = World::new();
    world.register("neo", AZUMA).await;
    let before = world.credential("neo").await;
    let stricter = world.restarted(|parts| parts.hasher = argon2(2));
    let outcome = stricter.try_log_in("neo", "wrong", AZUMA).await;
    assert_eq!(refusal(outcome), ErrorCode::WrongPassword);
    assert_eq!(world.credential("neo").await, before);
}

#[tokio::test]
async fn a_waiting_accounts_hash_is_not_renewed() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let before = world.credential("neo").await;
    let stricter = world.restarted(|parts| parts.hasher = argon2(2));
    let outcome = stricter.try_log_in("neo", PASSWORD, AZUMA).await;
    assert_eq!(refusal(outcome), ErrorCode::NotVerified);
    assert_eq!(world.credential("neo").await, before);
}

#[tokio::test]
async fn a_hash_that_cannot_be_renewed_now_stops_no_login() {
    let world = World::new();
    world.register("neo", AZUMA).await;
    let before = world.credential("neo").await;
    let busy = world.restarted(|parts| parts.hasher = Arc::new(NoMoreHashes(argon2(2))));
    let neo = busy.log_in("neo", AZUMA).await;
    busy.caller(&neo.token).await;
    assert_eq!(world.credential("neo").await, before);
}
