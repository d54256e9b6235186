use std::sync::Arc;

use azuma_domain::mail::MailLease;
use azuma_domain::ports::{OutboxRepository, Store, StoreError};
use azuma_testkit::sample::{DAY, MINUTE, now};
use azuma_testkit_macros::on_every_store;

use super::{due, given_mail, lease};
use crate::{given, write};

/// The lease of message 1.
async fn given_leased(store: &Arc<dyn Store>) -> MailLease {
    let ada = given::ada(store).await;
    given_mail(store, ada, 1, now()).await;
    lease(store, now(), now().plus(MINUTE)).await[0].lease
}

/// Settles a message with a lease that was followed by another one. The message must still be due when the second lease
/// ends.
async fn assert_fenced(
    store: Arc<dyn Store>,
    settle: fn(&mut dyn OutboxRepository, MailLease) -> Result<(), StoreError>,
) {
    let late = given_leased(&store).await;
    let again = lease(&store, late.until, late.until.plus(MINUTE)).await;
    write(&store, move |tx| settle(tx.outbox(), late)).await;
    let end = again[0].lease.until;
    let third = lease(&store, end, end.plus(MINUTE)).await;
    assert_eq!(third.len(), 1, "it is due when the second lease ends");
    assert_eq!(third[0].attempts, 0);
}

#[on_every_store]
async fn a_worker_whose_lease_was_followed_deletes_nothing(store: Arc<dyn Store>) {
    assert_fenced(store, |outbox, late| outbox.delete(late)).await;
}

#[on_every_store]
async fn a_worker_whose_lease_was_followed_reschedules_nothing(store: Arc<dyn Store>) {
    assert_fenced(store, |outbox, late| {
        outbox.reschedule(late, now().plus(DAY), "busy")
    })
    .await;
}

#[on_every_store]
async fn a_worker_whose_lease_was_followed_makes_no_dead_letter(store: Arc<dyn Store>) {
    assert_fenced(store, |outbox, late| outbox.dead_letter(late, now(), "no")).await;
}

#[on_every_store]
async fn a_worker_whose_lease_ended_unfollowed_settles_it_all_the_same(store: Arc<dyn Store>) {
    let late = given_leased(&store).await;
    write(&store, move |tx| tx.outbox().delete(late)).await;
    assert!(due(&store, now().plus(DAY)).await.is_empty());
}

#[on_every_store]
async fn a_worker_does_not_reschedule_a_dead_letter(store: Arc<dyn Store>) {
    let lease = given_leased(&store).await;
    write(&store, move |tx| {
        tx.outbox().dead_letter(lease, now(), "no")?;
        tx.outbox().reschedule(lease, now(), "busy")
    })
    .await;
    assert!(due(&store, now().plus(DAY)).await.is_empty());
}
