//! An account changes while a login compares its password.

use std::sync::Arc;

use azuma_domain::ErrorCode;
use azuma_domain::audit::Source;
use azuma_domain::mail::Language;
use azuma_domain::services::{IssuedSession, LoginError};

use crate::world::{
    AZUMA, InTheMiddle, NEW_PASSWORD, PASSWORD, World, argon2, name_update, password_update,
    refusal,
};

/// Logs in with the first password. `event` happens after the password was compared and before anything is written.
async fn log_in_while(
    world: &World,
    event: impl Future<Output = ()> + Send + 'static,
) -> Result<IssuedSession, LoginError> {
    let disturbed = world.restarted(|parts| parts.hasher = InTheMiddle::of(&parts.hasher, event));
    disturbed.try_log_in("neo", PASSWORD, AZUMA).await
}

#[tokio::test]
async fn a_password_changed_meanwhile_leaves_no_session_for_the_old_one() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    let accounts = Arc::clone(&world.accounts);
    let outcome = log_in_while(&world, async move {
        let update = password_update(NEW_PASSWORD);
        let changed = accounts.update_user(&caller, update, Language::default());
        changed.await.unwrap();
    });
    assert_eq!(refusal(outcome.await), ErrorCode::WrongPassword);
    assert_eq!(world.listed_to(&neo.token).await.len(), 1);
}

#[tokio::test]
async fn an_account_deleted_meanwhile_is_unknown() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    let accounts = Arc::clone(&world.accounts);
    let outcome = log_in_while(&world, async move {
        accounts
            .delete_user(&caller, None, &Source::default())
            .await
            .unwrap();
    });
    assert_eq!(refusal(outcome.await), ErrorCode::UserUnknown);
}

#[tokio::test]
async fn an_account_of_the_same_name_and_another_password_is_not_logged_in_to() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    let meanwhile = world.restarted(|_| {});
    let outcome = log_in_while(&world, async move {
        meanwhile
            .accounts
            .delete_user(&caller, None, &Source::default())
            .await
            .unwrap();
        let other = meanwhile.register("neo", AZUMA).await;
        let caller = meanwhile.caller(&other.token).await;
        let update = password_update(NEW_PASSWORD);
        meanwhile.update(&caller, update).await.unwrap();
    });
    assert_eq!(refusal(outcome.await), ErrorCode::WrongPassword);
}

#[tokio::test]
async fn a_login_goes_on_where_another_one_renewed_the_hash_meanwhile() {
    let world = World::new();
    world.register("neo", AZUMA).await;
    let stricter = world.restarted(|parts| parts.hasher = argon2(2));
    let other = stricter.restarted(|_| {});
    let neo = log_in_while(&stricter, async move {
        other.log_in("neo", AZUMA).await;
    });
    let neo = neo.await.ok().unwrap();
    assert_eq!(world.listed_to(&neo.token).await.len(), 3);
}

#[tokio::test]
async fn a_login_goes_on_where_the_user_changed_its_name_meanwhile() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    let accounts = Arc::clone(&world.accounts);
    let issued = log_in_while(&world, async move {
        let update = name_update("theone");
        let changed = accounts.update_user(&caller, update, Language::default());
        changed.await.unwrap();
    });
    let issued = issued.await.ok().unwrap();
    assert_eq!(issued.user.id, neo.user.id);
    assert_eq!(issued.user.name.as_str(), "theone");
}
