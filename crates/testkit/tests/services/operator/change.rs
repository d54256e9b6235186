//! Changing the name or the address of an account, ending its sessions, and deleting it.

use azuma_domain::ErrorCode;
use azuma_domain::audit::AuditAction;
use azuma_domain::ports::{StoreError, StoreExt};
use azuma_domain::services::{AccountAdminError, AccountKey, EmailStanding};
use azuma_domain::user::UserId;
use azuma_testkit::sample::{self, MINUTE};

use super::{called, create};
use crate::audit::operators_events;
use crate::world::{AZUMA, NEW_PASSWORD, PASSWORD, World, refusal};

async fn rename(world: &World, name: &str, to: &str) -> Result<(), AccountAdminError> {
    let admin = world.account_admin();
    admin.rename(called(name), sample::name(to)).await
}

async fn set_email(
    world: &World,
    name: &str,
    to: &str,
    standing: EmailStanding,
) -> Result<(), AccountAdminError> {
    let admin = world.account_admin();
    admin
        .set_email(called(name), sample::email(to), standing)
        .await
}

#[tokio::test]
async fn a_renamed_user_logs_in_with_the_new_name_and_keeps_its_sessions() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    rename(&world, "neo", "TheOne").await.unwrap();
    assert_eq!(
        world.log_in("theone", AZUMA).await.user.name.as_str(),
        "TheOne"
    );
    assert!(world.is_live(&neo.token).await);
    rename(&world, "theone", "THEONE").await.unwrap();
    world.register("neo", AZUMA).await;
    let told = [(Some(neo.user.id), AuditAction::ChangeName); 2];
    assert_eq!(operators_events(&world).await, told);
}

#[tokio::test]
async fn a_name_that_another_account_has_or_is_called_by_is_taken() {
    let world = World::new();
    world.register("neo", AZUMA).await;
    let trinity = world
        .register_with_email("trinity", "trinity@example.org")
        .await;
    world.prove_email(&world.caller(&trinity.token).await).await;
    world.request_account("waits", "waits@example.org").await;
    for name in ["TRINITY", "trinity@example.org", "waits"] {
        let refused = rename(&world, "neo", name).await;
        assert!(
            matches!(refused, Err(AccountAdminError::NameTaken)),
            "{name}"
        );
    }
    rename(&world, "trinity", "trinity@example.org")
        .await
        .unwrap();
    world.wait(10 * MINUTE);
    rename(&world, "neo", "waits").await.unwrap();
}

#[tokio::test]
async fn another_address_counts_at_once_and_is_proved_where_the_operator_says_so() {
    let world = World::new();
    let neo = world.register_with_email("neo", "neo@example.org").await;
    let log_in = || world.try_log_in("theone@example.org", PASSWORD, AZUMA);
    set_email(&world, "neo", "theone@example.org", EmailStanding::Claimed)
        .await
        .unwrap();
    assert!(log_in().await.is_err());
    set_email(&world, "neo", "theone@example.org", EmailStanding::Proved)
        .await
        .unwrap();
    assert!(log_in().await.is_ok());
    assert!(world.is_live(&neo.token).await);
    world.register_with_email("smith", "neo@example.org").await;
    let told = [(Some(neo.user.id), AuditAction::ChangeEmail); 2];
    assert_eq!(operators_events(&world).await, told);
    assert_eq!(world.deliver_all().await, 0);
}

#[tokio::test]
async fn a_link_that_was_mailed_to_the_former_address_does_nothing() {
    let world = World::new();
    world.register_with_email("neo", "neo@example.org").await;
    world.recover("neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    set_email(&world, "neo", "theone@example.org", EmailStanding::Proved)
        .await
        .unwrap();
    let outcome = world.reset(&link, NEW_PASSWORD).await;
    assert_eq!(refusal(outcome), ErrorCode::LinkUnknown);
}

#[tokio::test]
async fn an_address_is_not_given_where_another_account_has_it_or_where_the_account_waits() {
    let world = World::new();
    world.register_with_email("neo", "neo@example.org").await;
    world.register("smith", AZUMA).await;
    world.request_account("waits", "waits@example.org").await;
    for standing in [EmailStanding::Claimed, EmailStanding::Proved] {
        for email in ["NEO@example.org", "waits@example.org"] {
            let refused = set_email(&world, "smith", email, standing).await;
            assert!(matches!(refused, Err(AccountAdminError::EmailTaken)));
        }
        // Otherwise the link to the former address would prove the new one.
        let refused = set_email(&world, "waits", "other@example.org", standing).await;
        assert!(matches!(refused, Err(AccountAdminError::NotVerified)));
    }
}

#[tokio::test]
async fn a_deleted_account_is_gone_with_its_sessions_and_its_name_is_free() {
    let world = World::new();
    let neo = world.register_with_email("neo", "neo@example.org").await;
    world.request_account("waits", "waits@example.org").await;
    for name in ["neo", "waits"] {
        world.account_admin().delete(called(name)).await.unwrap();
        assert!(world.account_admin().delete(called(name)).await.is_err());
    }
    world.assert_refused(&neo.token).await;
    world.register_with_email("waits", "neo@example.org").await;
    let told = operators_events(&world).await;
    assert_eq!(told.len(), 2);
    assert!(told.contains(&(Some(neo.user.id), AuditAction::DeleteAccount)));
}

#[tokio::test]
async fn the_sessions_of_an_account_are_revoked_and_it_can_be_used_again() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let smith = world.register("smith", AZUMA).await;
    let key = AccountKey::Id(neo.user.id);
    let admin = world.account_admin();
    assert_eq!(admin.revoke_sessions(key.clone()).await.unwrap(), 1);
    assert_eq!(admin.revoke_sessions(key).await.unwrap(), 0);
    world.assert_refused(&neo.token).await;
    assert!(world.is_live(&smith.token).await);
    world.log_in("neo", AZUMA).await;
    let told = [(Some(neo.user.id), AuditAction::RevokeAllSessions); 2];
    assert_eq!(operators_events(&world).await, told);
}

#[tokio::test]
async fn more_sessions_than_one_unit_of_work_revokes_are_revoked_and_counted() {
    const MANY: u32 = 10_007;
    let world = World::new();
    let ids: Vec<_> = all_created(&world, &["neo", "trinity", "smith"]).await;
    for (number, user_id) in (0..).zip(ids) {
        let (first, expires_at) = (number * MANY, world.now().plus(MINUTE));
        let given = world.parts.store.transact::<_, StoreError>(move |tx| {
            for number in first..first + MANY {
                let session = sample::session(number, user_id);
                tx.sessions()
                    .insert(&session, &sample::token(number, 0, expires_at))?;
            }
            Ok(())
        });
        given.await.unwrap();
    }
    let many = usize::try_from(MANY).unwrap();
    let accounts = world.account_admin();
    assert_eq!(accounts.revoke_sessions(called("neo")).await.unwrap(), many);
    assert_eq!(
        accounts.disable(called("trinity"), None).await.unwrap(),
        many
    );
    let password = sample::password(NEW_PASSWORD);
    let admin = world.credential_admin();
    let set = admin.set_password(called("smith"), password).await;
    assert_eq!(set.unwrap(), many);
}

async fn all_created(world: &World, names: &[&str]) -> Vec<UserId> {
    let mut ids = Vec::new();
    for name in names {
        ids.push(create(world, name, None).await);
    }
    ids
}
