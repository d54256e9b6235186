//! Setting passwords.

use azuma_domain::ErrorCode;
use azuma_domain::audit::AuditAction;
use azuma_domain::services::{AccountAdminError, NoSingleAccount, SetPasswordError};
use azuma_domain::user::PasswordRules;
use azuma_testkit::sample;

use super::called;
use crate::audit::operators_events;
use crate::world::{AZUMA, LEGACY, NEW_PASSWORD, PASSWORD, World, refusal};

async fn set_password(world: &World, name: &str) -> Result<usize, SetPasswordError> {
    let password = sample::password(NEW_PASSWORD);
    let admin = world.credential_admin();
    admin.set_password(called(name), password).await
}

#[tokio::test]
async fn the_new_password_counts_and_the_sessions_of_the_old_one_are_revoked() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let too = world.log_in("neo", LEGACY).await;
    let smith = world.register("smith", AZUMA).await;
    assert_eq!(set_password(&world, "Neo").await.unwrap(), 2);
    world.assert_refused(&neo.token).await;
    world.assert_refused(&too.token).await;
    assert!(world.is_live(&smith.token).await);
    let old = world.try_log_in("neo", PASSWORD, AZUMA).await;
    assert_eq!(refusal(old), ErrorCode::WrongPassword);
    world.try_log_in("neo", NEW_PASSWORD, AZUMA).await.unwrap();
    let told = [(Some(neo.user.id), AuditAction::ChangePassword)];
    assert_eq!(operators_events(&world).await, told);
}

#[tokio::test]
async fn a_link_that_was_mailed_before_does_nothing() {
    let world = World::new();
    world.register_with_email("neo", "neo@example.org").await;
    world.recover("neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    set_password(&world, "neo").await.unwrap();
    let outcome = world.reset(&link, PASSWORD).await;
    assert_eq!(refusal(outcome), ErrorCode::LinkUnknown);
}

#[tokio::test]
async fn what_cannot_be_done_is_told_and_changes_nothing() {
    let world = World::new().restarted(|parts| {
        let min_length = NEW_PASSWORD.len() + 1;
        parts.settings.password_rules = PasswordRules { min_length };
    });
    world.register("neo", AZUMA).await;
    let refused = set_password(&world, "neo").await;
    assert!(matches!(
        refused,
        Err(SetPasswordError::PasswordTooShort(_))
    ));
    world.log_in("neo", AZUMA).await;
    let world = World::new();
    world.request_account("waits", "waits@example.org").await;
    for (name, expected) in [
        ("waits", AccountAdminError::NotVerified),
        ("nobody", NoSingleAccount::None.into()),
    ] {
        let refused = set_password(&world, name).await.unwrap_err();
        assert_eq!(refused.to_string(), expected.to_string());
    }
}
