//! Who may register.

use azuma_domain::ErrorCode;
use azuma_domain::invite::{InviteCode, InviteUses};
use azuma_domain::mail::Language;
use azuma_domain::ports::SecurityEventKind::InviteRefused;
use azuma_domain::registration::{EmailDomains, EmailProof, RegistrationMode, RegistrationRules};
use azuma_domain::services::{InviteAdminError, InviteKey, RegisterError, Registered};
use azuma_testkit::all;
use azuma_testkit::sample::{DAY, MICROSECOND, MINUTE};

use crate::world::{AZUMA, PASSWORD, World, event, name_update, refusal, registration};

fn world_with(rules: RegistrationRules) -> World {
    World::new().restarted(|parts| parts.settings.registration = rules)
}

fn world_in(mode: RegistrationMode) -> World {
    world_with(RegistrationRules {
        mode,
        ..RegistrationRules::default()
    })
}

/// An invitation for so many accounts, for a week.
async fn invite(world: &World, uses: u32) -> InviteCode {
    let uses = InviteUses::new(uses).unwrap();
    let created = world.invite_admin().create(uses, 7 * DAY).await;
    created.unwrap().1
}

async fn register_with(
    world: &World,
    name: &str,
    invite: Option<&InviteCode>,
) -> Result<Registered, RegisterError> {
    let wanted = registration(name, None, invite);
    world.accounts.register(wanted, AZUMA).await
}

async fn request_with(
    world: &World,
    name: &str,
    invite: Option<&InviteCode>,
) -> Result<(), RegisterError> {
    let email = format!("{name}@example.org");
    let wanted = registration(name, Some(&email), invite);
    let request = wanted.try_into().ok().unwrap();
    world.accounts.request_account(request).await
}

#[tokio::test]
async fn where_registration_is_closed_nobody_registers_with_or_without_an_invitation() {
    let world = world_in(RegistrationMode::Closed);
    let code = invite(&world, 1).await;
    for code in [None, Some(&code)] {
        let outcome = register_with(&world, "neo", code).await;
        assert_eq!(refusal(outcome), ErrorCode::RegistrationClosed);
        let outcome = request_with(&world, "neo", code).await;
        assert_eq!(refusal(outcome), ErrorCode::RegistrationClosed);
    }
}

#[tokio::test]
async fn where_invitations_are_needed_one_admits_as_many_as_it_says() {
    let world = world_in(RegistrationMode::Invite);
    let code = invite(&world, 2).await;
    register_with(&world, "neo", Some(&code))
        .await
        .ok()
        .unwrap();
    request_with(&world, "trinity", Some(&code)).await.unwrap();
    let outcome = register_with(&world, "smith", Some(&code)).await;
    assert_eq!(refusal(outcome), ErrorCode::InviteInvalid);
}

#[tokio::test]
async fn with_an_unknown_invitation_nobody_registers_and_the_log_says_so() {
    let world = world_in(RegistrationMode::Invite);
    let unknown = InviteCode::from_random(7);
    let outcome = register_with(&world, "neo", Some(&unknown)).await;
    assert_eq!(refusal(outcome), ErrorCode::InviteInvalid);
    let outcome = request_with(&world, "neo", Some(&unknown)).await;
    assert_eq!(refusal(outcome), ErrorCode::InviteInvalid);
    let told = || event(InviteRefused, None, None);
    assert_eq!(world.security_events(), [told(), told()]);
}

#[tokio::test]
async fn without_an_invitation_nobody_registers_and_it_is_no_guess() {
    let world = world_in(RegistrationMode::Invite);
    let outcome = register_with(&world, "neo", None).await;
    assert_eq!(refusal(outcome), ErrorCode::InviteInvalid);
    assert_eq!(world.security_events(), []);
}

#[tokio::test]
async fn nobody_registers_under_the_proved_address_of_another_account() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let taken = world.try_register("Neo@Example.org", None, AZUMA).await;
    assert!(taken.is_ok());
    let link = world.link_mailed_to("neo@example.org").await;
    world.follow(&link).await.unwrap();
    world.request_account("smith", "smith@example.org").await;
    let link = world.link_mailed_to("smith@example.org").await;
    world.follow(&link).await.unwrap();
    let outcome = world.try_register("Smith@Example.org", None, AZUMA).await;
    assert_eq!(refusal(outcome), ErrorCode::NameTaken);
    let outcome =
        world.try_request_account("smith@example.org", "x@example.org", Language::English);
    assert_eq!(refusal(outcome.await), ErrorCode::NameTaken);
}

#[tokio::test]
async fn nobody_takes_the_proved_address_of_another_account_as_a_name_later() {
    let world = World::new();
    world.request_account("smith", "smith@example.org").await;
    let link = world.link_mailed_to("smith@example.org").await;
    world.follow(&link).await.unwrap();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    let outcome = world
        .update(&caller, name_update("SMITH@example.org"))
        .await;
    assert_eq!(refusal(outcome), ErrorCode::NameTaken);
    let smith = world.log_in("smith", AZUMA).await;
    let caller = world.caller(&smith.token).await;
    world
        .update(&caller, name_update("smith@example.org"))
        .await
        .unwrap();
}

#[tokio::test]
async fn an_invitation_works_to_the_last_microsecond() {
    let world = world_in(RegistrationMode::Invite);
    let code = invite(&world, 9).await;
    world.wait(7 * DAY - MICROSECOND);
    register_with(&world, "neo", Some(&code))
        .await
        .ok()
        .unwrap();
    world.wait(MICROSECOND);
    let outcome = register_with(&world, "trinity", Some(&code)).await;
    assert_eq!(refusal(outcome), ErrorCode::InviteInvalid);
}

#[tokio::test]
async fn a_refused_registration_uses_no_invitation_up() {
    let world = world_in(RegistrationMode::Invite);
    let code = invite(&world, 2).await;
    register_with(&world, "neo", Some(&code))
        .await
        .ok()
        .unwrap();
    let outcome = register_with(&world, "NEO", Some(&code)).await;
    assert_eq!(refusal(outcome), ErrorCode::NameTaken);
    register_with(&world, "trinity", Some(&code))
        .await
        .ok()
        .unwrap();
}

#[tokio::test]
async fn an_account_that_lapses_gives_its_use_back_and_a_verified_one_does_not() {
    let world = world_in(RegistrationMode::Invite);
    let code = invite(&world, 2).await;
    request_with(&world, "neo", Some(&code)).await.unwrap();
    let link = world.link_mailed_to("neo@example.org").await;
    world.follow(&link).await.unwrap();
    request_with(&world, "smith", Some(&code)).await.unwrap();
    let outcome = register_with(&world, "trinity", Some(&code)).await;
    assert_eq!(refusal(outcome), ErrorCode::InviteInvalid);
    world.wait(10 * MINUTE);
    register_with(&world, "trinity", Some(&code))
        .await
        .ok()
        .unwrap();
    let outcome = register_with(&world, "cypher", Some(&code)).await;
    assert_eq!(refusal(outcome), ErrorCode::InviteInvalid);
}

#[tokio::test]
async fn of_racing_registrations_an_invitation_admits_as_many_as_it_says() {
    let world = world_in(RegistrationMode::Invite);
    let code = invite(&world, 3).await;
    let racing = (0..12).map(async |number| {
        let name = format!("neo-{number}");
        register_with(&world, &name, Some(&code)).await.is_ok()
    });
    let admitted = all(racing).await.into_iter().filter(|done| *done);
    assert_eq!(admitted.count(), 3);
}

#[tokio::test]
async fn a_revoked_invitation_admits_nobody_and_its_accounts_stay() {
    let world = world_in(RegistrationMode::Invite);
    let uses = InviteUses::new(9).unwrap();
    let created = world.invite_admin().create(uses, DAY).await;
    let (made, code) = created.unwrap();
    register_with(&world, "neo", Some(&code))
        .await
        .ok()
        .unwrap();
    world
        .invite_admin()
        .revoke(InviteKey::Id(made.id))
        .await
        .unwrap();
    let outcome = register_with(&world, "trinity", Some(&code)).await;
    assert_eq!(refusal(outcome), ErrorCode::InviteInvalid);
    world.log_in("neo", AZUMA).await;
    let again = world.invite_admin().revoke(InviteKey::Id(made.id)).await;
    assert!(matches!(again, Err(InviteAdminError::InviteUnknown)));
}

#[tokio::test]
async fn where_everybody_may_register_an_invitation_is_not_used() {
    let world = world_in(RegistrationMode::Open);
    let code = invite(&world, 1).await;
    register_with(&world, "neo", Some(&code))
        .await
        .ok()
        .unwrap();
    let listed = world.invite_admin().list(10).await.unwrap();
    assert_eq!(listed[0].accounts, 0);
}

#[tokio::test]
async fn an_expired_invitation_is_swept_and_its_accounts_stay() {
    let world = world_in(RegistrationMode::Invite);
    let code = invite(&world, 1).await;
    register_with(&world, "neo", Some(&code))
        .await
        .ok()
        .unwrap();
    world.wait(7 * DAY);
    world.housekeeping.sweep().await.unwrap();
    assert_eq!(world.invite_admin().list(10).await.unwrap(), []);
    world.log_in("neo", AZUMA).await;
}

#[tokio::test]
async fn an_address_elsewhere_or_none_is_refused_where_domains_are_named() {
    let email_domains = EmailDomains::parse(["example.org"]).unwrap();
    let world = world_with(RegistrationRules {
        email_domains,
        ..RegistrationRules::default()
    });
    for email in [Some("neo@example.com"), None] {
        let outcome = world.try_register("neo", email, AZUMA).await;
        assert_eq!(refusal(outcome), ErrorCode::EmailDomainRefused);
    }
    let outcome = world.try_request_account("neo", "neo@example.com", Language::English);
    assert_eq!(refusal(outcome.await), ErrorCode::EmailDomainRefused);
    world.register_with_email("neo", "neo@Example.org").await;
}

/// An instance where every account must prove an address.
fn cautious_world() -> World {
    world_with(RegistrationRules {
        email_proof: EmailProof::Required,
        ..RegistrationRules::default()
    })
}

#[tokio::test]
async fn where_an_address_must_be_proved_a_registered_account_waits_for_its_link() {
    let world = cautious_world();
    let wanted = registration("neo", Some("neo@example.org"), None);
    let registered = world.accounts.register(wanted, AZUMA).await;
    assert!(matches!(registered, Ok(Registered::Waiting)));
    let outcome = world.try_log_in("neo", PASSWORD, AZUMA).await;
    assert_eq!(refusal(outcome), ErrorCode::NotVerified);
    let link = world.link_mailed_to("neo@example.org").await;
    world.follow(&link).await.unwrap();
    world.log_in("neo", AZUMA).await;
}

#[tokio::test]
async fn where_registration_is_closed_no_address_is_asked_for() {
    let world = world_with(RegistrationRules {
        mode: RegistrationMode::Closed,
        email_proof: EmailProof::Required,
        ..RegistrationRules::default()
    });
    let outcome = register_with(&world, "neo", None).await;
    assert_eq!(refusal(outcome), ErrorCode::RegistrationClosed);
}

#[tokio::test]
async fn where_an_address_must_be_proved_one_must_be_given() {
    let world = cautious_world();
    let outcome = register_with(&world, "neo", None).await;
    assert_eq!(refusal(outcome), ErrorCode::InvalidInput);
}
