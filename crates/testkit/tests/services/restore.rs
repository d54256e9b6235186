//! What is done to a database that was restored from a backup.

use std::sync::Arc;

use azuma_domain::audit::{Actor, AuditAction};
use azuma_domain::ports::{InvalidationNumber, StoreError, StoreExt};
use azuma_domain::services::{RestoreAdmin, RevivedSessions, Settled};
use azuma_testkit::sample::DAY;

use crate::world::{AZUMA, LEGACY, World};

async fn settle(world: &World, sessions: RevivedSessions) -> Settled {
    let store = Arc::clone(&world.parts.store);
    let clock = Arc::new(world.parts.clock.clone());
    let settled = RestoreAdmin::new(store, clock).settle(sessions).await;
    settled.unwrap()
}

#[tokio::test]
async fn sessions_are_revoked_whatever_their_times_and_users_log_in_again() {
    let world = World::new();
    let mine = world.register("neo", AZUMA).await;
    let other = world.log_in("neo", LEGACY).await;
    // The clock of the machine that the backup is restored on is behind.
    let behind = world.now().minus(30 * DAY);
    world.parts.clock.set(behind);
    let settled = settle(&world, RevivedSessions::End).await;
    assert_eq!(settled.sessions_revoked, Some(2));
    world.assert_refused(&mine.token).await;
    world.assert_refused(&other.token).await;
    world.log_in("neo", AZUMA).await;
}

#[tokio::test]
async fn sessions_live_on_where_that_is_asked_for() {
    let world = World::new();
    let mine = world.register("neo", AZUMA).await;
    let settled = settle(&world, RevivedSessions::Keep).await;
    assert_eq!(settled.sessions_revoked, None);
    assert!(world.is_live(&mine.token).await);
}

#[tokio::test]
async fn the_audit_trail_tells_that_sessions_were_revoked() {
    let world = World::new();
    world.register("neo", AZUMA).await;
    settle(&world, RevivedSessions::End).await;
    let admin = world.parts.store.read(|reader| {
        let first =
            azuma_domain::audit::EventPosition::before(azuma_domain::Timestamp::from_micros(0));
        reader.audit().after(first, None, 10)
    });
    let events = admin.await.unwrap();
    let told = events
        .iter()
        .flatten()
        .map(|event| (event.event.actor, event.event.action));
    assert!(
        told.into_iter()
            .any(|told| told == (Actor::Operator, AuditAction::RevokeAllSessions))
    );
}

#[tokio::test]
async fn a_message_that_was_waiting_is_sent_only_if_the_operator_says_so() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let settled = settle(&world, RevivedSessions::End).await;
    assert_eq!(settled.mail_set_aside, 1);
    world.deliver_all().await;
    assert!(world.parts.mailbox.letters().is_empty());
    let queued = world.outbox_admin().list(10).await.unwrap();
    let reason = queued[0].last_failure.as_deref().unwrap();
    assert!(reason.contains("may have been sent since"), "{reason}");
    world.outbox_admin().retry(queued[0].mail.id).await.unwrap();
    world.deliver_all().await;
    let link = world.parts.mailbox.token();
    world.follow(&link).await.unwrap();
}

#[tokio::test]
async fn an_account_that_was_being_recovered_gets_no_message() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    world.deliver_all().await;
    let link = world.parts.mailbox.token();
    world.follow(&link).await.unwrap();
    world.ask_to_recover("neo@example.org").await;
    settle(&world, RevivedSessions::Keep).await;
    world.accounts.begin_recoveries().await.unwrap();
    world.deliver_all().await;
    assert_eq!(world.parts.mailbox.letters().len(), 1);
}

#[tokio::test]
async fn nodes_find_another_history_though_nothing_else_was_done() {
    let world = World::new();
    let settled = settle(&world, RevivedSessions::Keep).await;
    assert_eq!(settled.mail_set_aside, 0);
    let last = world
        .parts
        .store
        .read(|reader| reader.invalidations().last());
    let last: Result<_, StoreError> = last.await;
    assert!(last.unwrap().number > InvalidationNumber::new(1));
}
