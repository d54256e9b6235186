//! What is left out of the trail, and when it is deleted.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use azuma_domain::ErrorCode;
use azuma_domain::audit::{Actor, AuditAction};
use azuma_domain::ports::{
    AbuseGuard, ActionKind, BoxFuture, Decision, RateLimited, RateLimitedAction, SecurityEventKind,
    Store, StoreError, Work,
};
use azuma_testkit::sample::{DAY, MICROSECOND, MINUTE};

use super::{log_in, next, told_since, trail};
use crate::world::{AZUMA, Closed, NEW_PASSWORD, PASSWORD, World, event, password_update, refusal};

use Actor::User;

/// A guard that records so many events of a user, and admits everything else.
struct Rationing(Mutex<u32>);

impl AbuseGuard for Rationing {
    fn admit(&self, _: Option<IpAddr>, attempt: RateLimitedAction<'_>) -> Result<(), RateLimited> {
        let (RateLimitedAction::RecordEvent(_) | RateLimitedAction::RecordRefusal(_)) = attempt
        else {
            return Ok(());
        };
        let mut left = self.0.lock().unwrap();
        let retry_after = Duration::from_secs(7);
        *left = left.checked_sub(1).ok_or(RateLimited { retry_after })?;
        Ok(())
    }

    fn forgive(&self, _: Option<IpAddr>, _: RateLimitedAction<'_>) {}
}

#[tokio::test]
async fn beyond_the_allowance_logins_go_on_untold_and_a_new_password_is_told() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    let world = world.restarted(|parts| parts.guard = Arc::new(Rationing(Mutex::new(2))));
    let at = next(&world);
    log_in(&world, "neo", "wrong", None).await;
    world.log_in("neo", AZUMA).await;
    world.security_events();
    for password in ["wrong", PASSWORD] {
        log_in(&world, "neo", password, None).await;
        let kind = SecurityEventKind::AttemptLimited(ActionKind::RecordEvent);
        let told = event(kind, Some(neo.user.id), None);
        assert!(world.security_events().contains(&told));
    }
    world
        .update(&caller, password_update(NEW_PASSWORD))
        .await
        .unwrap();
    let mut told: Vec<_> = told_since(&world, at)
        .await
        .into_iter()
        .map(|(_, action)| action.name())
        .collect();
    told.sort_unstable();
    assert_eq!(told, ["change_password", "login", "login"]);
}

#[tokio::test]
async fn an_attempt_that_the_guard_refuses_writes_nothing() {
    let world = World::new();
    world.register("neo", AZUMA).await;
    let world = world.restarted(|parts| parts.guard = Arc::new(Closed));
    let at = next(&world);
    log_in(&world, "neo", "wrong", None).await;
    assert_eq!(told_since(&world, at).await, []);
}

/// A store that can be read, but not written.
struct ReadOnly(Arc<dyn Store>);

impl Store for ReadOnly {
    fn run(&self, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        match work {
            Work::Read(_) => self.0.run(work),
            Work::Write(_) => Box::pin(async { Err(StoreError::Failed("no space".into())) }),
        }
    }
}

#[tokio::test]
async fn a_refused_login_whose_event_cannot_be_written_is_refused_for_its_own_reason() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await.user.id;
    let world = world.restarted(|parts| {
        parts.store = Arc::new(ReadOnly(Arc::clone(&parts.store)));
    });
    let code = refusal(world.try_log_in("neo", "wrong", AZUMA).await);
    assert_eq!(code, ErrorCode::WrongPassword);
    let lost = event(SecurityEventKind::AuditEventLost, Some(neo), None);
    assert_eq!(world.security_events().pop(), Some(lost));
}

#[tokio::test]
async fn old_events_are_swept_and_those_with_a_microsecond_left_stay() {
    let world = World::new();
    world.wait(60 * MINUTE);
    world.register("neo", AZUMA).await;
    world.wait(90 * DAY);
    world.housekeeping.sweep().await.unwrap();
    assert_eq!(trail(&world).await.len(), 1);
    world.wait(MICROSECOND);
    world.housekeeping.sweep().await.unwrap();
    assert_eq!(trail(&world).await, []);
}

#[tokio::test]
async fn a_unit_of_work_that_is_run_again_counts_one_event() {
    let world = World::new();
    world.register("neo", AZUMA).await;
    let guard = Arc::new(Rationing(Mutex::new(1)));
    let world = world.restarted(|parts| {
        parts.guard = Arc::clone(&guard) as _;
        parts.store = Arc::new(Twice(Arc::clone(&parts.store)));
    });
    let at = next(&world);
    world.log_in("neo", AZUMA).await;
    assert_eq!(told_since(&world, at).await, [(User, AuditAction::Login)]);
    assert_eq!(*guard.0.lock().unwrap(), 0);
}

/// A store that runs the closure of each write twice, as after a deadlock.
struct Twice(Arc<dyn Store>);

impl Store for Twice {
    fn run(&self, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        let Work::Write(write) = work else {
            return self.0.run(work);
        };
        Box::pin(async move {
            let write = Arc::new(Mutex::new(write));
            let first = Arc::clone(&write);
            let dropped = Work::write(move |tx| {
                (first.lock().unwrap())(tx)?;
                Ok(Decision::RollBack)
            });
            self.0.run(dropped).await?;
            self.0
                .run(Work::write(move |tx| (write.lock().unwrap())(tx)))
                .await
        })
    }
}
