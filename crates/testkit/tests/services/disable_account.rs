//! Disabling an account.

use azuma_domain::ErrorCode;
use azuma_domain::audit::Source;
use azuma_domain::ports::SecurityEventKind::LoginRefused;
use azuma_domain::ports::{RefusedLogin, StoreError, StoreExt};
use azuma_domain::services::{AccountAdminError, AccountKey, IssuedSession, NoSingleAccount};
use azuma_domain::user::{AccountState, DisabledReason};
use azuma_testkit::sample::MINUTE;

use crate::world::{AZUMA, NEW_PASSWORD, PASSWORD, World, event, name_update, refusal};

/// An instance whose user `neo` is disabled.
async fn without_neo() -> World {
    let world = World::new();
    world.register_with_email("neo", "neo@example.org").await;
    disable(&world, "neo").await.unwrap();
    world
}

async fn disable(world: &World, name: &str) -> Result<usize, AccountAdminError> {
    let reason = DisabledReason::parse("spam").ok();
    let admin = world.account_admin();
    admin.disable(named(name), reason).await
}

fn named(name: &str) -> AccountKey {
    AccountKey::parse(name).unwrap()
}

async fn enable(world: &World, name: &str) -> Result<(), AccountAdminError> {
    world.account_admin().enable(named(name)).await
}

#[tokio::test]
async fn it_revokes_the_sessions_of_the_user_and_of_nobody_else() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let too = world.log_in("neo", AZUMA).await;
    let smith = world.register("smith", AZUMA).await;
    assert_eq!(disable(&world, "NEO").await.unwrap(), 2);
    world.assert_refused(&neo.token).await;
    world.assert_refused(&too.token).await;
    assert!(world.is_live(&smith.token).await);
}

#[tokio::test]
async fn only_the_right_password_tells_that_the_account_is_disabled() {
    let world = without_neo().await;
    for (password, code) in [
        (PASSWORD, ErrorCode::AccountDisabled),
        ("wrong", ErrorCode::WrongPassword),
    ] {
        let outcome = world.try_log_in("neo", password, AZUMA).await;
        assert_eq!(refusal(outcome), code);
    }
}

#[tokio::test]
async fn the_security_log_tells_the_reason_at_a_refused_login() {
    let world = without_neo().await;
    let neo = world.credential("neo").await.user_id;
    world.security_events();
    let _ = world.try_log_in("neo", PASSWORD, AZUMA).await;
    let refused = RefusedLogin::Disabled(DisabledReason::parse("spam").ok());
    let told = [event(LoginRefused(refused), Some(neo), None)];
    assert_eq!(world.security_events(), told);
}

#[tokio::test]
async fn its_name_and_its_address_stay_taken() {
    let world = without_neo().await;
    for (name, email, code) in [
        ("Neo", "other@example.org", ErrorCode::NameTaken),
        ("smith", "NEO@example.org", ErrorCode::EmailTaken),
    ] {
        let outcome = world.try_register(name, Some(email), AZUMA).await;
        assert_eq!(refusal(outcome), code);
    }
}

#[tokio::test]
async fn a_link_that_was_mailed_before_does_nothing() {
    let world = World::new();
    world.register_with_email("neo", "neo@example.org").await;
    world.recover("neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    disable(&world, "neo").await.unwrap();
    let outcome = world.reset(&link, NEW_PASSWORD).await;
    assert_eq!(refusal(outcome), ErrorCode::LinkUnknown);
}

#[tokio::test]
async fn it_cannot_be_recovered() {
    let world = without_neo().await;
    world.recover("neo@example.org").await;
    assert_eq!(world.deliver_all().await, 0);
}

#[tokio::test]
async fn a_request_that_was_authenticated_before_changes_nothing() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    disable(&world, "neo").await.unwrap();
    let outcome = world.update(&caller, name_update("smith")).await;
    assert_eq!(refusal(outcome), ErrorCode::TokenInvalid);
}

#[tokio::test]
async fn an_enabled_user_logs_in_with_the_password_it_had() {
    let world = without_neo().await;
    enable(&world, "neo").await.unwrap();
    world.log_in("neo", AZUMA).await;
}

/// A node of an earlier release logs a disabled user in.
async fn logged_in_by_an_earlier_release(world: &World, name: &str) -> IssuedSession {
    let reason = world.credential(name).await.state;
    enable(world, name).await.unwrap();
    let session = world.log_in(name, AZUMA).await;
    let user_id = session.user.id;
    let AccountState::Disabled(reason) = reason else {
        panic!("{name} is not disabled");
    };
    let now = world.now();
    let disabled = world.parts.store.transact::<_, StoreError>(move |tx| {
        Ok(tx.users().disable(user_id, reason.as_ref(), now)?)
    });
    assert!(disabled.await.unwrap());
    session
}

#[tokio::test]
async fn disabled_again_a_user_loses_the_sessions_that_an_earlier_release_began() {
    let world = without_neo().await;
    let session = logged_in_by_an_earlier_release(&world, "neo").await;
    let again = world.account_admin().disable(named("neo"), None).await;
    assert_eq!(again.unwrap(), 1);
    world.assert_refused(&session.token).await;
    let spam = DisabledReason::parse("spam").ok();
    let state = world.credential("neo").await.state;
    assert_eq!(state, AccountState::Disabled(spam));
}

#[tokio::test]
async fn a_session_that_an_earlier_release_began_changes_nothing() {
    let world = without_neo().await;
    let session = logged_in_by_an_earlier_release(&world, "neo").await;
    let caller = world.caller(&session.token).await;
    let outcome = world.update(&caller, name_update("smith")).await;
    assert_eq!(refusal(outcome), ErrorCode::TokenInvalid);
    // Otherwise the user would be free of the ban, and could register again.
    let outcome = world
        .accounts
        .delete_user(&caller, None, &Source::default())
        .await;
    assert_eq!(refusal(outcome), ErrorCode::TokenInvalid);
}

#[tokio::test]
async fn an_account_is_named_by_its_id_too() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let by_id = AccountKey::Id(neo.user.id);
    let disabled = world.account_admin().disable(by_id.clone(), None).await;
    assert_eq!(disabled.unwrap(), 1);
    world.account_admin().enable(by_id).await.unwrap();
    world.log_in("neo", AZUMA).await;
}

#[tokio::test]
async fn what_cannot_be_done_is_told() {
    let world = without_neo().await;
    world.request_account("waits", "waits@example.org").await;
    world.register("smith", AZUMA).await;
    let of = |name| disable(&world, name);
    assert!(matches!(
        of("waits").await,
        Err(AccountAdminError::NotVerified)
    ));
    assert!(matches!(
        of("nobody").await,
        Err(AccountAdminError::NoSingleAccount(NoSingleAccount::None))
    ));
    let of = |name| enable(&world, name);
    assert!(matches!(
        of("smith").await,
        Err(AccountAdminError::NotDisabled)
    ));
    assert!(matches!(
        of("nobody").await,
        Err(AccountAdminError::NoSingleAccount(NoSingleAccount::None))
    ));
    world.wait(10 * MINUTE);
    assert!(matches!(
        of("waits").await,
        Err(AccountAdminError::NoSingleAccount(NoSingleAccount::None))
    ));
}
