//! Creating accounts.

use std::sync::Arc;

use azuma_domain::audit::AuditAction;
use azuma_domain::ports::CommonPasswords;
use azuma_domain::registration::{EmailDomains, RegistrationMode, RegistrationRules};
use azuma_domain::services::{CreateAccountError, EmailStanding, PasswordBlocklist, WantedAccount};
use azuma_domain::user::{AccountState, FoldedPassword, PasswordRules, UserName};
use azuma_testkit::sample::{self, MINUTE};

use super::{create, wanted};
use crate::audit::operators_events;
use crate::world::{AZUMA, World};

async fn refusal(world: &World, wanted: WantedAccount) -> CreateAccountError {
    let created = world.credential_admin().create(wanted).await;
    created.expect_err("it is refused")
}

#[tokio::test]
async fn it_can_be_used_at_once_whoever_may_register() {
    let world = World::new().restarted(|parts| {
        parts.settings.registration = RegistrationRules {
            mode: RegistrationMode::Closed,
            ..RegistrationRules::default()
        };
    });
    let id = create(&world, "Neo", Some("neo@example.org")).await;
    assert_eq!(world.log_in("neo", AZUMA).await.user.id, id);
    assert_eq!(world.credential("neo").await.state, AccountState::Active);
    let told = [(Some(id), AuditAction::Register)];
    assert_eq!(operators_events(&world).await, told);
    assert_eq!(world.deliver_all().await, 0);
}

#[tokio::test]
async fn an_address_logs_in_where_the_operator_says_that_it_is_proved() {
    let world = World::new();
    for (name, standing) in [
        ("neo", EmailStanding::Claimed),
        ("trinity", EmailStanding::Proved),
    ] {
        let address = sample::email(&format!("{name}@example.org"));
        let wanted = WantedAccount {
            email: Some((address, standing)),
            ..wanted(name, None)
        };
        world.credential_admin().create(wanted).await.unwrap();
    }
    let password = crate::world::PASSWORD;
    assert!(
        world
            .try_log_in("neo@example.org", password, AZUMA)
            .await
            .is_err()
    );
    assert!(
        world
            .try_log_in("trinity@example.org", password, AZUMA)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_name_and_an_address_belong_to_one_account() {
    let world = World::new();
    create(&world, "neo", Some("neo@example.org")).await;
    world.request_account("waits", "waits@example.org").await;
    for (name, email) in [("NEO", None), ("waits", None)] {
        let refused = refusal(&world, wanted(name, email)).await;
        assert!(
            matches!(refused, CreateAccountError::NameTaken),
            "{refused}"
        );
    }
    for email in ["Neo@example.org", "waits@example.org"] {
        let refused = refusal(&world, wanted("smith", Some(email))).await;
        assert!(
            matches!(refused, CreateAccountError::EmailTaken),
            "{refused}"
        );
    }
    world.wait(10 * MINUTE);
    create(&world, "waits", Some("waits@example.org")).await;
}

#[tokio::test]
async fn a_name_that_is_the_proved_address_of_another_account_is_taken() {
    let world = World::new();
    let neo = world.register_with_email("neo", "neo@example.org").await;
    world.prove_email(&world.caller(&neo.token).await).await;
    let refused = refusal(&world, wanted("neo@example.org", None)).await;
    assert!(
        matches!(refused, CreateAccountError::NameTaken),
        "{refused}"
    );
}

#[tokio::test]
async fn an_address_is_where_the_addresses_of_new_accounts_must_be() {
    let world = World::new().restarted(|parts| {
        parts.settings.registration.email_domains = EmailDomains::parse(["zion.example"]).unwrap();
    });
    let refused = refusal(&world, wanted("neo", Some("neo@example.org"))).await;
    assert!(
        matches!(refused, CreateAccountError::EmailDomainRefused),
        "{refused}"
    );
    create(&world, "neo", Some("neo@zion.example")).await;
    create(&world, "bot", None).await;
}

/// Every password is common.
struct Every;

impl CommonPasswords for Every {
    fn contains(&self, _: &FoldedPassword) -> bool {
        true
    }
}

#[tokio::test]
async fn a_password_follows_the_rules() {
    let strict = World::new().restarted(|parts| {
        parts.settings.password_rules = PasswordRules { min_length: 100 };
    });
    let refused = refusal(&strict, wanted("neo", None)).await;
    assert!(
        matches!(refused, CreateAccountError::PasswordTooShort(_)),
        "{refused}"
    );
    let strict = World::new().restarted(|parts| {
        parts.settings.blocklist = PasswordBlocklist::On(Arc::new(Every));
    });
    let refused = refusal(&strict, wanted("neo", None)).await;
    assert!(
        matches!(refused, CreateAccountError::PasswordGuessable(_)),
        "{refused}"
    );
}

#[tokio::test]
async fn a_generated_password_is_long_enough_and_none_is_like_another() {
    for min_length in [1, 29, 30, 35, 36, 128] {
        let rules = PasswordRules { min_length };
        let world = World::new().restarted(|parts| parts.settings.password_rules = rules);
        let admin = world.credential_admin();
        let (one, other) = (admin.generate_password(), admin.generate_password());
        assert!(one.expose() != other.expose());
        assert!(one.expose().len() >= 29);
        assert!(
            rules.accept(sample::password(one.expose())).is_ok(),
            "{min_length}"
        );
        let name = UserName::parse("neo").unwrap();
        let password = sample::password(one.expose());
        let wanted = WantedAccount {
            name,
            email: None,
            password,
        };
        admin.create(wanted).await.unwrap();
        assert!(world.try_log_in("neo", one.expose(), AZUMA).await.is_ok());
    }
}
