//! Which clients an account knows, and which logins count as failed.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use azuma_domain::ErrorCode;
use azuma_domain::mail::Language;
use azuma_domain::ports::{
    AbuseGuard, ActionKind, Familiarity, RateLimited, RateLimitedAction, SecurityEventKind,
};
use azuma_domain::services::{Login, LoginError, Registration};
use azuma_domain::session::Client;
use azuma_testkit::sample::{self, DAY};

use crate::world::{
    AZUMA, NEW_PASSWORD, NoMoreHashes, PASSWORD, WAIT, World, event, new_password, refusal,
};

const HOME: &str = "192.0.2.1";
const NEXT_DOOR: &str = "192.0.2.200";
const ELSEWHERE: &str = "203.0.113.1";

fn client(ip: &str) -> Client {
    Client {
        ip: Some(ip.parse().unwrap()),
        user_agent: None,
    }
}

/// Refuses strangers. Everybody else is admitted.
struct KnownAlone;

impl AbuseGuard for KnownAlone {
    fn admit(
        &self,
        _ip: Option<IpAddr>,
        attempt: RateLimitedAction<'_>,
    ) -> Result<(), RateLimited> {
        match attempt {
            RateLimitedAction::LoginTo(_, Familiarity::Stranger) => {
                Err(RateLimited { retry_after: WAIT })
            }
            _ => Ok(()),
        }
    }

    fn forgive(&self, _ip: Option<IpAddr>, _attempt: RateLimitedAction<'_>) {}
}

/// Admits everybody, and notes what is forgiven.
#[derive(Default)]
struct Forgiving(Mutex<Vec<&'static str>>);

impl AbuseGuard for Forgiving {
    fn admit(
        &self,
        _ip: Option<IpAddr>,
        _attempt: RateLimitedAction<'_>,
    ) -> Result<(), RateLimited> {
        Ok(())
    }

    fn forgive(&self, _ip: Option<IpAddr>, attempt: RateLimitedAction<'_>) {
        self.0.lock().unwrap().push(match attempt {
            RateLimitedAction::Login(_) => "the client",
            RateLimitedAction::LoginTo(_, Familiarity::Stranger) => "a stranger",
            RateLimitedAction::LoginTo(_, Familiarity::Known) => "somebody known",
            _ => "something else",
        });
    }
}

async fn log_in(world: &World, ip: &str, name: &str, password: &str) -> Result<(), LoginError> {
    let login = Login {
        name: sample::login_name(name),
        password: sample::given_password(password),
        code: None,
        source: client(ip).into(),
        language: Language::English,
    };
    world.sessions.login(login, AZUMA).await.map(drop)
}

/// `neo`, registered from home.
async fn world() -> World {
    let world = World::new();
    let registration = Registration {
        name: sample::name("neo"),
        email: Some(sample::email("neo@example.org")),
        password: new_password(PASSWORD),
        invite: None,
        source: client(HOME).into(),
        language: Language::English,
    };
    let neo = world.accounts.register(registration, AZUMA).await;
    neo.map(drop).unwrap();
    world
}

/// The same instance, while strangers have guessed too often.
fn under_attack(world: &World) -> World {
    world.restarted(|parts| parts.guard = Arc::new(KnownAlone))
}

const TOO_MANY: ErrorCode = ErrorCode::TooManyAttempts { retry_after: WAIT };

#[tokio::test]
async fn the_network_that_registered_is_known() {
    let world = under_attack(&world().await);
    for ip in [HOME, NEXT_DOOR] {
        log_in(&world, ip, "neo", PASSWORD).await.unwrap();
    }
    let outcome = log_in(&world, ELSEWHERE, "neo", PASSWORD).await;
    assert_eq!(refusal(outcome), TOO_MANY);
}

#[tokio::test]
async fn a_network_that_logged_in_is_known() {
    let world = world().await;
    log_in(&world, ELSEWHERE, "neo", PASSWORD).await.unwrap();
    let world = under_attack(&world);
    log_in(&world, ELSEWHERE, "neo", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_network_that_failed_to_log_in_is_not_known() {
    let world = world().await;
    let outcome = log_in(&world, ELSEWHERE, "neo", "wrong").await;
    assert_eq!(refusal(outcome), ErrorCode::WrongPassword);
    let outcome = log_in(&under_attack(&world), ELSEWHERE, "neo", PASSWORD).await;
    assert_eq!(refusal(outcome), TOO_MANY);
}

#[tokio::test]
async fn whoever_recovers_the_account_is_known() {
    let world = world().await;
    world.recover("neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    let password = new_password(NEW_PASSWORD);
    let source = client(ELSEWHERE).into();
    let reset = world
        .accounts
        .reset_password(Some(link), password, &source, Language::English);
    reset.await.unwrap();
    let world = under_attack(&world);
    log_in(&world, ELSEWHERE, "neo", NEW_PASSWORD)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_name_nobody_has_knows_no_client() {
    let world = under_attack(&world().await);
    let outcome = log_in(&world, HOME, "nobody", PASSWORD).await;
    assert_eq!(refusal(outcome), TOO_MANY);
}

#[tokio::test]
async fn a_stranger_who_is_asked_to_wait_is_told_of_with_the_account() {
    let world = under_attack(&world().await);
    let neo = world.credential("neo").await.user_id;
    log_in(&world, ELSEWHERE, "neo", PASSWORD)
        .await
        .unwrap_err();
    let kind = SecurityEventKind::AttemptLimited(ActionKind::StrangersLogin);
    let told = [event(kind, Some(neo), client(ELSEWHERE).ip)];
    assert_eq!(world.security_events(), told);
}

#[tokio::test]
async fn a_network_is_known_as_long_as_its_user_comes_back() {
    let world = world().await;
    for _ in 0..3 {
        world.wait(60 * DAY);
        world.housekeeping.sweep().await.unwrap();
        log_in(&world, HOME, "neo", PASSWORD).await.unwrap();
    }
    world.wait(90 * DAY);
    world.housekeeping.sweep().await.unwrap();
    log_in(&under_attack(&world), HOME, "neo", PASSWORD)
        .await
        .unwrap();
    world.wait(91 * DAY);
    world.housekeeping.sweep().await.unwrap();
    let outcome = log_in(&under_attack(&world), HOME, "neo", PASSWORD).await;
    assert_eq!(refusal(outcome), TOO_MANY);
}

#[tokio::test]
async fn a_guess_is_not_forgiven_and_all_else_is() {
    let world = world().await;
    let guard = Arc::new(Forgiving::default());
    let forgiving = |world: &World| world.restarted(|parts| parts.guard = guard.clone());
    let forgiven = || std::mem::take(&mut *guard.0.lock().unwrap());
    let world = forgiving(&world);
    for (name, password) in [("neo", "wrong"), ("nobody", PASSWORD)] {
        log_in(&world, HOME, name, password).await.unwrap_err();
        assert!(forgiven().is_empty());
    }
    log_in(&world, HOME, "neo", PASSWORD).await.unwrap();
    assert_eq!(forgiven(), ["somebody known", "the client"]);
    log_in(&world, ELSEWHERE, "neo", PASSWORD).await.unwrap();
    assert_eq!(forgiven(), ["a stranger", "the client"]);
    let busy = world.restarted(|parts| {
        parts.hasher = Arc::new(NoMoreHashes(Arc::clone(&parts.hasher)));
    });
    log_in(&busy, HOME, "neo", PASSWORD).await.unwrap();
    assert_eq!(forgiven(), ["somebody known", "the client"]);
}
