//! Second factors.

use std::sync::{Arc, Mutex};

use azuma_domain::ErrorCode;
use azuma_domain::audit::Source;
use azuma_domain::factor::{FactorSecret, GivenCode, RecoveryCode};
use azuma_domain::mail::Language;
use azuma_domain::ports::{AbuseGuard, RateLimited, RateLimitedAction, SecurityEventKind};
use azuma_domain::services::{
    AccountKey, FactorStatus, IssuedSession, Login, LoginError, UserUpdate,
};
use azuma_domain::session::LiveSession;
use azuma_testkit::all;
use azuma_testkit::sample::{self, SECOND};

use crate::world::{
    AZUMA, NEW_PASSWORD, PASSWORD, WAIT, World, email_update, event, keys, name_update,
    password_update, refusal,
};

/// A user with a second factor.
struct Neo {
    caller: LiveSession,
    secret: FactorSecret,
    recovery: Vec<RecoveryCode>,
}

async fn neo(world: &World) -> Neo {
    let issued = world.register_with_email("neo", "neo@example.org").await;
    let caller = world.caller(&issued.token).await;
    let begun = world
        .accounts
        .begin_factor(&caller, None, &Source::default())
        .await;
    let secret = begun.ok().unwrap();
    let first = totp(&secret.code_at(world.now()));
    let confirmed = world
        .accounts
        .confirm_factor(&caller, first, &Source::default())
        .await;
    let recovery = confirmed.ok().unwrap();
    world.wait(30 * SECOND);
    world.security_events();
    Neo {
        caller,
        secret,
        recovery,
    }
}

fn totp(code: &str) -> Option<GivenCode> {
    Some(GivenCode::read(code))
}

impl Neo {
    fn code(&self, world: &World) -> Option<GivenCode> {
        totp(&self.secret.code_at(world.now()))
    }

    /// Six digits that are right at no time near.
    fn wrong(&self, world: &World) -> Option<GivenCode> {
        let near = [-1_i64, 0, 1].map(|step| {
            let micros = world.now().micros() + step * 30_000_000;
            self.secret
                .code_at(azuma_domain::Timestamp::from_micros(micros))
        });
        let wrong = ["000000", "111111", "222222", "333333"];
        totp(
            wrong
                .iter()
                .find(|code| !near.contains(&(**code).to_owned()))
                .unwrap(),
        )
    }
}

async fn log_in(world: &World, code: Option<GivenCode>) -> Result<IssuedSession, LoginError> {
    let login = Login {
        name: sample::login_name("neo"),
        password: sample::given_password(PASSWORD),
        code,
        source: Source::default(),
        language: Language::English,
    };
    world.sessions.login(login, AZUMA).await
}

#[tokio::test]
async fn a_login_needs_a_code_after_the_right_password() {
    let world = World::new();
    let neo = neo(&world).await;
    let code = refusal(world.try_log_in("neo", "wrong", AZUMA).await);
    assert_eq!(code, ErrorCode::WrongPassword);
    let missing = refusal(log_in(&world, None).await);
    assert_eq!(missing, ErrorCode::SecondFactorMissing);
    for wrong in [neo.wrong(&world), totp("nonsense")] {
        let code = refusal(log_in(&world, wrong).await);
        assert_eq!(code, ErrorCode::SecondFactorWrong);
    }
    log_in(&world, neo.code(&world)).await.ok().unwrap();
}

#[tokio::test]
async fn users_without_a_factor_need_no_code_and_one_in_set_up_is_not_asked_for() {
    let world = World::new();
    let issued = world.register("neo", AZUMA).await;
    log_in(&world, totp("123456")).await.ok().unwrap();
    let caller = world.caller(&issued.token).await;
    let begun = world
        .accounts
        .begin_factor(&caller, None, &Source::default())
        .await;
    begun.ok().unwrap();
    log_in(&world, None).await.ok().unwrap();
    let status = world.accounts.factor_status(&caller).await.unwrap();
    assert_eq!(status, FactorStatus::Off);
}

#[tokio::test]
async fn a_code_works_once_and_the_one_that_enabled_the_factor_no_more() {
    let world = World::new();
    let neo = neo(&world).await;
    let before = world.now().minus(30 * SECOND);
    for used in [
        totp(&neo.secret.code_at(before)),
        neo.code(&world),
        neo.code(&world),
    ] {
        let _ = log_in(&world, used).await;
    }
    let code = refusal(log_in(&world, neo.code(&world)).await);
    assert_eq!(code, ErrorCode::SecondFactorWrong);
    let earlier = totp(&neo.secret.code_at(before));
    let code = refusal(log_in(&world, earlier).await);
    assert_eq!(code, ErrorCode::SecondFactorWrong);
    world.wait(30 * SECOND);
    log_in(&world, neo.code(&world)).await.ok().unwrap();
}

#[tokio::test]
async fn of_racing_logins_with_one_code_one_succeeds() {
    let world = World::new();
    let neo = neo(&world).await;
    for code in [neo.code(&world), totp(neo.recovery[0].expose())] {
        let outcomes = all((0..6).map(|_| log_in(&world, code.clone()))).await;
        let succeeded = outcomes.iter().filter(|outcome| outcome.is_ok());
        assert_eq!(succeeded.count(), 1);
    }
}

#[tokio::test]
async fn each_of_ten_recovery_codes_works_once() {
    let world = World::new();
    let neo = neo(&world).await;
    assert_eq!(neo.recovery.len(), 10);
    for code in &neo.recovery {
        let given = || totp(&code.expose().to_lowercase());
        log_in(&world, given()).await.ok().unwrap();
        let code = refusal(log_in(&world, given()).await);
        assert_eq!(code, ErrorCode::SecondFactorWrong);
    }
    let status = world.accounts.factor_status(&neo.caller).await.unwrap();
    assert_eq!(status, FactorStatus::On { recovery_codes: 0 });
}

#[tokio::test]
async fn changes_of_password_address_and_factor_need_a_code_and_the_name_does_not() {
    let world = World::new();
    let neo = neo(&world).await;
    for update in [
        password_update(NEW_PASSWORD),
        email_update("one@example.org"),
    ] {
        let code = refusal(world.update(&neo.caller, update).await);
        assert_eq!(code, ErrorCode::SecondFactorMissing);
    }
    let removed = world
        .accounts
        .remove_factor(&neo.caller, None, &Source::default())
        .await;
    assert_eq!(refusal(removed), ErrorCode::SecondFactorMissing);
    let begun = world
        .accounts
        .begin_factor(&neo.caller, None, &Source::default())
        .await;
    assert_eq!(refusal(begun), ErrorCode::FactorEnabled);
    let update = UserUpdate {
        code: neo.code(&world),
        ..password_update(NEW_PASSWORD)
    };
    world.update(&neo.caller, update).await.unwrap();
    let again = UserUpdate {
        code: neo.code(&world),
        ..password_update(PASSWORD)
    };
    let code = refusal(world.update(&neo.caller, again).await);
    assert_eq!(code, ErrorCode::SecondFactorWrong);
    world
        .update(&neo.caller, name_update("theone"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_removed_factor_is_not_asked_for_and_takes_its_recovery_codes_along() {
    let world = World::new();
    let neo = neo(&world).await;
    let code = totp(neo.recovery[0].expose());
    let removed = world
        .accounts
        .remove_factor(&neo.caller, code, &Source::default())
        .await;
    removed.unwrap();
    log_in(&world, None).await.ok().unwrap();
    let again = world
        .accounts
        .remove_factor(&neo.caller, None, &Source::default())
        .await;
    assert_eq!(refusal(again), ErrorCode::FactorUnknown);
}

#[tokio::test]
async fn an_operator_removes_it() {
    let world = World::new();
    neo(&world).await;
    let account = || AccountKey::parse("Neo").unwrap();
    world
        .account_admin()
        .remove_factor(account())
        .await
        .unwrap();
    log_in(&world, None).await.ok().unwrap();
    let again = world.account_admin().remove_factor(account()).await;
    again.unwrap_err();
}

#[tokio::test]
async fn a_password_set_by_mail_leaves_it() {
    let world = World::new();
    let neo = neo(&world).await;
    world.recover("neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    world.reset(&link, PASSWORD).await.unwrap();
    let missing = refusal(log_in(&world, None).await);
    assert_eq!(missing, ErrorCode::SecondFactorMissing);
    log_in(&world, neo.code(&world)).await.ok().unwrap();
}

#[tokio::test]
async fn codes_outlive_a_rotated_key_and_recovery_codes_a_lost_one() {
    let world = World::new();
    let neo = neo(&world).await;
    let rotated = world.restarted(|parts| parts.settings.keys = keys(2, &[1]));
    log_in(&rotated, neo.code(&world)).await.ok().unwrap();
    world.wait(30 * SECOND);
    let lost = world.restarted(|parts| parts.settings.keys = keys(2, &[]));
    let code = refusal(log_in(&lost, neo.code(&world)).await);
    assert_eq!(code, ErrorCode::SecondFactorWrong);
    let code = totp(neo.recovery[0].expose());
    log_in(&lost, code).await.ok().unwrap();
}

/// Counts codes; admits as many wrong ones as are left.
struct Counting(Mutex<u32>);

impl AbuseGuard for Counting {
    fn admit(
        &self,
        _: Option<std::net::IpAddr>,
        attempt: RateLimitedAction<'_>,
    ) -> Result<(), RateLimited> {
        if let RateLimitedAction::SecondFactor(_) = attempt {
            let mut left = self.0.lock().unwrap();
            *left = left
                .checked_sub(1)
                .ok_or(RateLimited { retry_after: WAIT })?;
        }
        Ok(())
    }

    fn forgive(&self, _: Option<std::net::IpAddr>, attempt: RateLimitedAction<'_>) {
        if let RateLimitedAction::SecondFactor(_) = attempt {
            *self.0.lock().unwrap() += 1;
        }
    }
}

#[tokio::test]
async fn wrong_codes_are_counted_and_logged_and_right_ones_and_recovery_codes_are_not_counted() {
    let world = World::new();
    let neo = neo(&world).await;
    let world = world.restarted(|parts| parts.guard = Arc::new(Counting(Mutex::new(1))));
    log_in(&world, neo.code(&world)).await.ok().unwrap();
    world.wait(30 * SECOND);
    assert_eq!(world.security_events(), []);
    log_in(&world, neo.wrong(&world)).await.err().unwrap();
    let kind = SecurityEventKind::SecondFactorRefused;
    let told = event(kind, Some(neo.caller.user.id), None);
    assert_eq!(world.security_events(), [told]);
    let limited = refusal(log_in(&world, neo.code(&world)).await);
    assert_eq!(limited, ErrorCode::TooManyAttempts { retry_after: WAIT });
    let code = totp(neo.recovery[0].expose());
    log_in(&world, code).await.ok().unwrap();
}
