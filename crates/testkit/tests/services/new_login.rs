//! The mail about a login from a place that the account was not used from before.

use std::sync::Arc;

use azuma_domain::mail::{Language, NewLoginNotice};
use azuma_domain::ports::{StoreError, StoreExt};
use azuma_domain::services::{IssuedSession, Login, LoginError, Registration};
use azuma_domain::session::Client;
use azuma_infra::abuse_guard::{RateLimits, Rates};
use azuma_testkit::sample::{self, DAY};

use crate::world::{AZUMA, PASSWORD, World, registration};

const HOME: &str = "192.0.2.1";
const NEXT_DOOR: &str = "192.0.2.200";
const ELSEWHERE: &str = "203.0.113.1";
const NEO: &str = "neo@example.org";

fn client(ip: &str) -> Client {
    Client {
        ip: Some(ip.parse().unwrap()),
        user_agent: None,
    }
}

fn telling() -> World {
    World::new().restarted(|parts| parts.settings.new_login_notice = NewLoginNotice::Mailed)
}

/// A user who has registered at home and proved the address.
async fn neo(world: &World) {
    let neo = Registration {
        source: client(HOME).into(),
        ..registration("neo", Some(NEO), None)
    };
    world.accounts.register(neo, AZUMA).await.unwrap();
    let issued = log_in(world, HOME, PASSWORD).await.unwrap();
    let caller = world.caller(&issued.token).await;
    world.prove_email(&caller).await;
}

async fn log_in(world: &World, ip: &str, password: &str) -> Result<IssuedSession, LoginError> {
    let login = Login {
        name: sample::login_name("neo"),
        password: sample::given_password(password),
        code: None,
        source: client(ip).into(),
        language: Language::German,
    };
    world.sessions.login(login, AZUMA).await
}

/// What was mailed since the last call.
async fn mailed(world: &World) -> usize {
    world.deliver_all().await
}

#[tokio::test]
async fn the_first_login_from_a_network_is_told_once_in_the_clients_language() {
    let world = telling();
    neo(&world).await;
    for known in [HOME, NEXT_DOOR] {
        log_in(&world, known, PASSWORD).await.unwrap();
    }
    assert_eq!(mailed(&world).await, 0);
    for _ in 0..2 {
        log_in(&world, ELSEWHERE, PASSWORD).await.unwrap();
    }
    assert_eq!(mailed(&world).await, 1);
    let subjects = world.parts.mailbox.subjects_to(NEO);
    assert_eq!(subjects, ["Neue Anmeldung bei azumaneo"]);
    log_in(&world, HOME, PASSWORD).await.unwrap();
    assert_eq!(mailed(&world).await, 0);
}

#[tokio::test]
async fn by_default_nothing_is_mailed() {
    let world = World::new();
    neo(&world).await;
    log_in(&world, ELSEWHERE, PASSWORD).await.unwrap();
    assert_eq!(mailed(&world).await, 0);
}

#[tokio::test]
async fn a_refused_login_tells_nobody() {
    let world = telling();
    neo(&world).await;
    log_in(&world, ELSEWHERE, "wrong").await.err().unwrap();
    assert_eq!(mailed(&world).await, 0);
}

#[tokio::test]
async fn an_address_that_is_merely_claimed_is_told_nothing() {
    let world = telling();
    let neo = Registration {
        source: client(HOME).into(),
        ..registration("neo", Some(NEO), None)
    };
    world.accounts.register(neo, AZUMA).await.unwrap();
    log_in(&world, ELSEWHERE, PASSWORD).await.unwrap();
    assert_eq!(mailed(&world).await, 0);
}

#[tokio::test]
async fn the_very_first_login_is_no_news() {
    let world = telling();
    world.request_account("neo", NEO).await;
    let link = world.link_mailed_to(NEO).await;
    world.follow(&link).await.unwrap();
    mailed(&world).await;
    log_in(&world, ELSEWHERE, PASSWORD).await.unwrap();
    assert_eq!(mailed(&world).await, 0);
    log_in(&world, HOME, PASSWORD).await.unwrap();
    assert_eq!(mailed(&world).await, 1);
}

#[tokio::test]
async fn a_login_after_all_networks_were_forgotten_is_news() {
    let world = telling();
    neo(&world).await;
    world.wait(91 * DAY);
    let now = world.now();
    let forget = world.parts.store.transact::<_, StoreError>(move |tx| {
        Ok(tx.known_clients().delete_unseen_since(now, 10)?)
    });
    assert_eq!(forget.await.unwrap(), 1);
    log_in(&world, HOME, PASSWORD).await.unwrap();
    assert_eq!(mailed(&world).await, 1);
}

#[tokio::test]
async fn one_address_is_told_at_most_three_times_at_once_and_every_login_succeeds() {
    let guard = Arc::new(RateLimits::new(Rates::with_mails(1_000)));
    let world = telling().restarted(|parts| parts.guard = guard);
    neo(&world).await;
    for number in 0..10 {
        let ip = format!("198.51.{number}.1");
        log_in(&world, &ip, PASSWORD).await.unwrap();
    }
    assert_eq!(mailed(&world).await, 3);
}

#[tokio::test]
async fn racing_logins_from_one_place_are_told_once() {
    let world = telling();
    neo(&world).await;
    let log_in = || log_in(&world, ELSEWHERE, PASSWORD);
    let (one, other) = tokio::join!(log_in(), log_in());
    assert!(one.is_ok() && other.is_ok());
    assert_eq!(mailed(&world).await, 1);
}
