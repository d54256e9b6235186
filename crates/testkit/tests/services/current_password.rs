//! Changes that need the current password.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use azuma_domain::ErrorCode;
use azuma_domain::audit::Source;
use azuma_domain::mail::Language;
use azuma_domain::ports::{
    AbuseGuard, ActionKind, Familiarity, RateLimited, RateLimitedAction, SecurityEventKind,
    StoreError, StoreExt, UserChanges,
};
use azuma_domain::services::UserUpdate;
use azuma_domain::session::{Client, LiveSession};
use azuma_domain::user::{Change, CurrentPasswordRule, PasswordHash};
use azuma_testkit::sample;

use crate::world::{
    AZUMA, InTheMiddle, NEW_PASSWORD, PASSWORD, WAIT, World, email_update, event, name_update,
    password_update, refusal,
};

const IP: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7)));

fn strict() -> World {
    World::new().restarted(|parts| {
        parts.settings.current_password = CurrentPasswordRule::Required;
    })
}

async fn neo(world: &World) -> LiveSession {
    let neo = world.register_with_email("neo", "neo@example.org").await;
    world.caller(&neo.token).await
}

fn source() -> Source {
    let client = Client {
        ip: IP,
        user_agent: None,
    };
    client.into()
}

fn with(current: &str, update: UserUpdate) -> UserUpdate {
    UserUpdate {
        current_password: Some(sample::given_password(current)),
        source: source(),
        ..update
    }
}

/// Each change that needs it, alone.
fn changes() -> [UserUpdate; 3] {
    [
        name_update("theone"),
        password_update(NEW_PASSWORD),
        email_update("theone@example.org"),
    ]
}

#[tokio::test]
async fn a_change_of_name_password_or_address_needs_the_current_password() {
    let world = strict();
    let caller = neo(&world).await;
    for update in changes() {
        let outcome = world.update(&caller, update).await;
        assert_eq!(refusal(outcome), ErrorCode::CurrentPasswordMissing);
    }
    for update in changes() {
        let outcome = world.update(&caller, with("wrong", update)).await;
        assert_eq!(refusal(outcome), ErrorCode::WrongPassword);
    }
    world.log_in("neo", AZUMA).await;
    assert_eq!(world.deliver_all().await, 0);
    for update in [name_update("theone"), email_update("theone@example.org")] {
        world.update(&caller, with(PASSWORD, update)).await.unwrap();
    }
    let update = with(PASSWORD, password_update(NEW_PASSWORD));
    world.update(&caller, update).await.unwrap();
    let again = world.try_log_in("theone", NEW_PASSWORD, AZUMA).await;
    again.ok().unwrap();
    assert_eq!(world.deliver_all().await, 1);
}

#[tokio::test]
async fn icon_and_status_do_not_need_it() {
    let world = strict();
    let caller = neo(&world).await;
    let update = UserUpdate {
        icon: Change::Set(sample::icon("https://example.org/neo.png")),
        status: Change::Set(sample::status("there is no spoon")),
        ..UserUpdate::default()
    };
    world.update(&caller, update).await.unwrap();
}

#[tokio::test]
async fn a_deletion_needs_it() {
    let world = strict();
    let caller = neo(&world).await;
    let source = source();
    let delete = |given: Option<&str>| {
        let given = given.map(sample::given_password);
        world.accounts.delete_user(&caller, given, &source)
    };
    let outcome = delete(None).await;
    assert_eq!(refusal(outcome), ErrorCode::CurrentPasswordMissing);
    assert_eq!(
        refusal(delete(Some("wrong")).await),
        ErrorCode::WrongPassword
    );
    world.log_in("neo", AZUMA).await;
    delete(Some(PASSWORD)).await.unwrap();
    world.register("neo", AZUMA).await;
}

#[tokio::test]
async fn where_it_is_not_asked_for_it_is_not_looked_at() {
    let world = World::new();
    let caller = neo(&world).await;
    let update = with("wrong", name_update("theone"));
    world.update(&caller, update).await.unwrap();
    assert_eq!(world.security_events(), []);
}

#[tokio::test]
async fn a_wrong_one_is_told_in_the_security_log() {
    let world = strict();
    let caller = neo(&world).await;
    let update = with("wrong", name_update("theone"));
    world.update(&caller, update).await.unwrap_err();
    let kind = SecurityEventKind::CurrentPasswordRefused;
    let told = event(kind, Some(caller.user.id), IP);
    assert_eq!(world.security_events(), [told]);
}

/// Sets the stored hash of the user, as a racing change would.
async fn set_hash(world: &World, caller: &LiveSession, phc: &str) {
    let changes = UserChanges {
        password_hash: Some(PasswordHash::from_phc(phc.to_owned())),
        ..UserChanges::default()
    };
    let id = caller.user.id;
    let store = &world.parts.store;
    let set = store.transact::<_, StoreError>(move |tx| {
        tx.users().update(id, &changes).map_err(StoreError::from)?;
        Ok(())
    });
    set.await.unwrap();
}

#[tokio::test]
async fn no_password_is_right_where_the_stored_hash_cannot_be_read() {
    let world = strict();
    let caller = neo(&world).await;
    set_hash(&world, &caller, "!locked").await;
    let update = with(PASSWORD, name_update("theone"));
    let code = refusal(world.update(&caller, update).await);
    assert_eq!(code, ErrorCode::PasswordUnreadable);
}

#[tokio::test]
async fn a_password_replaced_while_the_current_one_was_compared_changes_nothing() {
    let world = strict();
    let caller = neo(&world).await;
    let (meanwhile, session) = (world.restarted(|_| {}), caller.clone());
    let disturbed = world.restarted(|parts| {
        let event = async move { set_hash(&meanwhile, &session, "!locked").await };
        parts.hasher = InTheMiddle::of(&parts.hasher, event);
    });
    let update = with(PASSWORD, name_update("theone"));
    let code = refusal(disturbed.update(&caller, update).await);
    assert!(matches!(code, ErrorCode::Unavailable { .. }));
    world.register("theone", AZUMA).await;
}

/// Notes what is counted and forgiven; refuses to compare current passwords from strangers' networks.
#[derive(Default)]
struct Counting {
    forgiven: Mutex<usize>,
}

impl AbuseGuard for Counting {
    fn admit(
        &self,
        _ip: Option<IpAddr>,
        attempt: RateLimitedAction<'_>,
    ) -> Result<(), RateLimited> {
        match attempt {
            RateLimitedAction::Confirm(_, Familiarity::Stranger) => {
                Err(RateLimited { retry_after: WAIT })
            }
            _ => Ok(()),
        }
    }

    fn forgive(&self, _ip: Option<IpAddr>, attempt: RateLimitedAction<'_>) {
        if matches!(attempt, RateLimitedAction::Confirm(..)) {
            *self.forgiven.lock().unwrap() += 1;
        }
    }
}

#[tokio::test]
async fn a_wrong_one_counts_as_a_guess_and_a_right_one_does_not() {
    let world = strict();
    let caller = neo(&world).await;
    let guard = Arc::new(Counting::default());
    let counted = world.restarted(|parts| parts.guard = guard.clone());
    let update = || with(PASSWORD, name_update("theone"));
    let code = refusal(counted.update(&caller, update()).await);
    assert_eq!(code, ErrorCode::TooManyAttempts { retry_after: WAIT });
    let kind = SecurityEventKind::AttemptLimited(ActionKind::Confirm);
    let told = event(kind, Some(caller.user.id), IP);
    assert_eq!(world.security_events(), [told]);
    // From here on, the account knows the client.
    let login = azuma_domain::services::Login {
        name: sample::login_name("neo"),
        password: sample::given_password(PASSWORD),
        code: None,
        source: update().source,
        language: Language::English,
    };
    world.sessions.login(login, AZUMA).await.ok().unwrap();
    let wrong = with("wrong", name_update("theone"));
    counted.update(&caller, wrong).await.unwrap_err();
    assert_eq!(*guard.forgiven.lock().unwrap(), 0);
    counted.update(&caller, update()).await.unwrap();
    assert_eq!(*guard.forgiven.lock().unwrap(), 1);
}
