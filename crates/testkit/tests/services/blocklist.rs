//! New passwords that are guessed first.

use std::sync::Arc;

use azuma_domain::ErrorCode;
use azuma_domain::audit::Source;
use azuma_domain::error_code::HasErrorCode;
use azuma_domain::ports::CommonPasswords;
use azuma_domain::services::{AccountRequest, PasswordBlocklist, Registration, UserUpdate};
use azuma_domain::user::FoldedPassword;

use crate::world::{
    AZUMA, Closed, NEW_PASSWORD, WAIT, World, email_update, name_update, new_password,
    password_update, refusal, registration,
};

const REFUSED: ErrorCode = ErrorCode::PasswordGuessable;

/// One password is common.
struct Letmein;

impl CommonPasswords for Letmein {
    fn contains(&self, password: &FoldedPassword) -> bool {
        password.expose() == "letmein"
    }
}

fn strict(world: &World) -> World {
    world.restarted(|parts| {
        parts.settings.blocklist = PasswordBlocklist::On(Arc::new(Letmein));
    })
}

fn with_password(text: &str) -> Registration {
    Registration {
        password: new_password(text),
        ..registration(
            "Morpheus",
            Some("m.orpheus@nebuchadnezzar.example.org"),
            None,
        )
    }
}

async fn register(world: &World, password: &str) -> Result<(), ErrorCode> {
    let registered = world.accounts.register(with_password(password), AZUMA);
    let outcome = registered.await.map(drop);
    outcome.map_err(|error| error.code())
}

#[tokio::test]
async fn a_common_password_is_refused_in_any_case_wherever_one_is_set() {
    let world = strict(&World::new());
    assert_eq!(register(&world, "LetMeIn").await, Err(REFUSED));
    let request = AccountRequest::try_from(with_password("letmein")).unwrap();
    assert_eq!(
        refusal(world.accounts.request_account(request).await),
        REFUSED
    );
    let neo = world.register_with_email("neo", "neo@example.org").await;
    let caller = world.caller(&neo.token).await;
    let update = password_update("LETMEIN");
    assert_eq!(refusal(world.update(&caller, update).await), REFUSED);
    world.recover("neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    assert_eq!(refusal(world.reset(&link, "letmein").await), REFUSED);
    world.log_in("neo", AZUMA).await;
    world.reset(&link, NEW_PASSWORD).await.unwrap();
    assert_eq!(register(&world, "letmein1").await, Ok(()));
}

#[tokio::test]
async fn what_the_account_is_called_is_no_password() {
    let world = strict(&World::new());
    for password in [
        "Morpheus",
        "MORPHEUS",
        "morpheus1999!",
        "!!morpheus",
        "m.orpheus@nebuchadnezzar.example.org",
        "M.Orpheus",
        "nebuchadnezzar.example.org",
        "Nebuchadnezzar",
        "example2024",
    ] {
        assert_eq!(register(&world, password).await, Err(REFUSED), "{password}");
    }
    for password in ["morpheus and trinity", "morpheus7319284"] {
        assert_eq!(register(&world, password).await, Ok(()), "{password}");
        let issued = world.try_log_in("morpheus", password, AZUMA).await.unwrap();
        let caller = world.caller(&issued.token).await;
        world
            .accounts
            .delete_user(&caller, None, &Source::default())
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn names_and_addresses_of_accounts_that_exist_count_old_and_new_ones() {
    let world = strict(&World::new());
    let neo = world
        .register_with_email("neo", "anderson@example.org")
        .await;
    let caller = world.caller(&neo.token).await;
    for password in ["neo", "anderson"] {
        let outcome = world.update(&caller, password_update(password)).await;
        assert_eq!(refusal(outcome), REFUSED);
    }
    for update in [name_update("thomas"), email_update("thomas@example.org")] {
        let update = UserUpdate {
            password: Some(new_password("thomas")),
            ..update
        };
        assert_eq!(refusal(world.update(&caller, update).await), REFUSED);
    }
    world.recover("anderson@example.org").await;
    let link = world.link_mailed_to("anderson@example.org").await;
    for password in ["Neo", "Anderson"] {
        assert_eq!(refusal(world.reset(&link, password).await), REFUSED);
    }
    world.reset(&link, "thomas").await.unwrap();
}

#[tokio::test]
async fn passwords_that_were_set_before_log_in() {
    let world = World::new();
    assert_eq!(register(&world, "letmein").await, Ok(()));
    let strict = strict(&world);
    let again = strict.try_log_in("morpheus", "letmein", AZUMA).await;
    let caller = strict.caller(&again.ok().unwrap().token).await;
    strict.update(&caller, name_update("neo")).await.unwrap();
}

#[tokio::test]
async fn a_client_that_must_wait_is_not_told_what_is_common() {
    let world = strict(&World::new());
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    let closed = world.restarted(|parts| parts.guard = Arc::new(Closed));
    let limited = ErrorCode::TooManyAttempts { retry_after: WAIT };
    let update = password_update("letmein");
    assert_eq!(refusal(closed.update(&caller, update).await), limited);
    assert_eq!(register(&closed, "letmein").await, Err(limited));
}
