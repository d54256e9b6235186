//! What the security log says of attacks on accounts, and of changes of who may use them.

use std::net::IpAddr;
use std::sync::Arc;

use azuma_domain::audit::Source;
use azuma_domain::mail::Language;
use azuma_domain::ports::SecurityEventKind::{
    AccountDeleted, AccountVerified, AttemptLimited, EmailChangeRequested, EmailChanged,
    LinkRefused, LoginRefused, PasswordChanged, PasswordReset, RecoveryRequested, SessionsRevoked,
};
use azuma_domain::ports::{ActionKind, RefusedLogin};
use azuma_domain::services::{Login, LogoutScope, Recovery, UserUpdate};
use azuma_domain::session::Client;
use azuma_testkit::sample;

use crate::world::{
    AZUMA, Closed, NEW_PASSWORD, PASSWORD, World, email_update, event, new_password,
    password_update,
};

const IP: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7)));

fn source() -> Source {
    let client = Client {
        ip: IP,
        user_agent: None,
    };
    client.into()
}

async fn log_in(world: &World, name: &str, password: &str) {
    let login = Login {
        name: sample::login_name(name),
        password: sample::given_password(password),
        code: None,
        source: source(),
        language: Language::English,
    };
    // The tests look at the log, not at the outcome.
    let _ = world.sessions.login(login, AZUMA).await;
}

#[tokio::test]
async fn a_refused_login_is_told_with_its_reason() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await.user.id;
    world.request_account("smith", "smith@example.org").await;
    let smith = world.credential("smith").await.user_id;
    for (name, password, user_id, reason) in [
        ("neo", "wrong", Some(neo), RefusedLogin::WrongPassword),
        ("nobody", "wrong", None, RefusedLogin::UserUnknown),
        ("smith", PASSWORD, Some(smith), RefusedLogin::NotVerified),
    ] {
        log_in(&world, name, password).await;
        let told = [event(LoginRefused(reason), user_id, IP)];
        assert_eq!(world.security_events(), told);
    }
}

#[tokio::test]
async fn what_is_as_it_should_be_is_not_told() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    log_in(&world, "neo", PASSWORD).await;
    let caller = world.caller(&neo.token).await;
    let scope = LogoutScope::ThisSession;
    world
        .sessions
        .log_out(&caller, scope, &source())
        .await
        .unwrap();
    assert_eq!(world.security_events(), []);
}

#[tokio::test]
async fn whoever_is_asked_to_wait_is_told_of() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let neo = world.caller(&neo.token).await;
    let world = world.restarted(|parts| parts.guard = Arc::new(Closed));
    log_in(&world, "neo", PASSWORD).await;
    let login = event(AttemptLimited(ActionKind::Login), None, IP);
    assert_eq!(world.security_events(), [login]);
    let update = UserUpdate {
        source: source(),
        ..password_update(NEW_PASSWORD)
    };
    world.update(&neo, update).await.unwrap_err();
    let kind = AttemptLimited(ActionKind::ChangeCredential);
    let change = event(kind, Some(neo.user.id), IP);
    assert_eq!(world.security_events(), [change]);
}

#[tokio::test]
async fn a_verified_account_is_told_and_a_link_that_does_nothing() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let neo = world.credential("neo").await.user_id;
    let link = world.link_mailed_to("neo@example.org").await;
    let source = source();
    let follow = || {
        let link = Some(link.clone());
        world.accounts.follow_link(link, &source, Language::English)
    };
    follow().await.unwrap();
    follow().await.unwrap_err();
    let told = [
        event(AccountVerified, Some(neo), IP),
        event(LinkRefused, None, IP),
    ];
    assert_eq!(world.security_events(), told);
}

#[tokio::test]
async fn a_recovery_is_told_when_it_is_asked_for_and_when_it_is_done() {
    let world = World::new();
    let neo = world.register_with_email("neo", "neo@example.org").await;
    let neo = neo.user.id;
    let recovery = Recovery {
        email: sample::email("neo@example.org"),
        source: source(),
        language: Language::English,
    };
    world.accounts.recover_account(recovery).await.unwrap();
    assert_eq!(
        world.security_events(),
        [event(RecoveryRequested, None, IP)]
    );
    world.accounts.begin_recoveries().await.unwrap();
    let link = world.link_mailed_to("neo@example.org").await;
    let source = source();
    let reset = |link| {
        let password = new_password(NEW_PASSWORD);
        world
            .accounts
            .reset_password(link, password, &source, Language::English)
    };
    reset(Some(link.clone())).await.unwrap();
    reset(Some(link)).await.unwrap_err();
    let told = [
        event(PasswordReset, Some(neo), IP),
        event(LinkRefused, None, IP),
    ];
    assert_eq!(world.security_events(), told);
}

#[tokio::test]
async fn a_changed_credential_is_told() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    let update = UserUpdate {
        source: source(),
        password: Some(new_password(NEW_PASSWORD)),
        ..email_update("neo@example.org")
    };
    world.update(&caller, update).await.unwrap();
    let link = world.link_mailed_to("neo@example.org").await;
    let source = source();
    let followed = world
        .accounts
        .follow_link(Some(link), &source, Language::English);
    followed.await.unwrap();
    let told = [PasswordChanged, EmailChangeRequested, EmailChanged]
        .map(|kind| event(kind, Some(neo.user.id), IP));
    assert_eq!(world.security_events(), told);
}

#[tokio::test]
async fn ending_all_sessions_and_deleting_the_account_are_told() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    let scope = LogoutScope::Everywhere;
    let source = source();
    world
        .sessions
        .log_out(&caller, scope, &source)
        .await
        .unwrap();
    let again = world.log_in("neo", AZUMA).await;
    let caller = world.caller(&again.token).await;
    world
        .accounts
        .delete_user(&caller, None, &source)
        .await
        .unwrap();
    let told = [SessionsRevoked, AccountDeleted].map(|kind| event(kind, Some(neo.user.id), IP));
    assert_eq!(world.security_events(), told);
}
