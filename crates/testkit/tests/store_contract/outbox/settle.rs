use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::Store;
use azuma_testkit::sample::{DAY, MICROSECOND, MINUTE, just_before, now};
use azuma_testkit_macros::on_every_store;

use super::{due, given_mail, lease, lease_of};
use crate::{given, write};

async fn delete(store: &Arc<dyn Store>, number: u32) {
    write(store, move |tx| {
        let lease = lease_of(tx, number)?;
        tx.outbox().delete(lease)
    })
    .await;
}

async fn reschedule(store: &Arc<dyn Store>, number: u32, due_at: Timestamp) {
    write(store, move |tx| {
        let lease = lease_of(tx, number)?;
        tx.outbox()
            .reschedule(lease, due_at, "450 4.2.1 später bitte")
    })
    .await;
}

async fn dead_letter(store: &Arc<dyn Store>, number: u32) {
    write(store, move |tx| {
        let lease = lease_of(tx, number)?;
        tx.outbox()
            .dead_letter(lease, now(), "550 5.1.1 gibt's nicht")
    })
    .await;
}

/// Messages 1 and 2, leased for a minute.
async fn given_two_leased(store: &Arc<dyn Store>) {
    let ada = given::ada(store).await;
    given_mail(store, ada, 1, now()).await;
    given_mail(store, ada, 2, now().plus(MICROSECOND)).await;
    lease(store, now().plus(MICROSECOND), now().plus(MINUTE)).await;
}

/// A time at which every message that can be leased is due.
fn much_later() -> Timestamp {
    now().plus(365 * DAY)
}

#[on_every_store]
async fn a_deleted_message_is_not_leased_again(store: Arc<dyn Store>) {
    given_two_leased(&store).await;
    delete(&store, 1).await;
    assert_eq!(due(&store, much_later()).await, [2]);
}

#[on_every_store]
async fn a_rescheduled_message_is_leased_when_it_is_due_and_not_before(store: Arc<dyn Store>) {
    given_two_leased(&store).await;
    let due_at = now().plus(5 * MINUTE);
    reschedule(&store, 1, due_at).await;
    assert_eq!(due(&store, just_before(due_at)).await, [2]);
    assert_eq!(due(&store, due_at).await, [1]);
}

#[on_every_store]
async fn a_message_rescheduled_to_before_its_lease_ends_is_due_then(store: Arc<dyn Store>) {
    given_two_leased(&store).await;
    let due_at = now().plus(MINUTE / 2);
    reschedule(&store, 1, due_at).await;
    assert_eq!(due(&store, due_at).await, [1]);
}

#[on_every_store]
async fn each_reschedule_is_one_attempt_more_of_this_message(store: Arc<dyn Store>) {
    given_two_leased(&store).await;
    for attempts in 1..=3 {
        let due_at = now().plus(attempts * MINUTE);
        reschedule(&store, 1, due_at).await;
        let mut leased = lease(&store, due_at, due_at.plus(MINUTE)).await;
        leased.sort_by_key(|leased| leased.mail.id);
        assert_eq!(
            leased.iter().map(|one| one.attempts).collect::<Vec<_>>(),
            [attempts, 0]
        );
    }
}

#[on_every_store]
async fn a_dead_letter_is_never_leased_again(store: Arc<dyn Store>) {
    given_two_leased(&store).await;
    dead_letter(&store, 1).await;
    assert_eq!(due(&store, much_later()).await, [2]);
}

#[on_every_store]
async fn a_reason_can_be_long_and_hold_a_nul(store: Arc<dyn Store>) {
    given_two_leased(&store).await;
    let reason = "не доставлено\0📭 ".repeat(1_000);
    write(&store, move |tx| {
        let (one, two) = (lease_of(tx, 1)?, lease_of(tx, 2)?);
        tx.outbox().reschedule(one, much_later(), &reason)?;
        tx.outbox().dead_letter(two, now(), &reason)
    })
    .await;
    assert_eq!(due(&store, much_later()).await, [1]);
}

#[on_every_store]
async fn settling_a_message_that_is_gone_is_no_error(store: Arc<dyn Store>) {
    given_two_leased(&store).await;
    delete(&store, 1).await;
    // The account may be deleted while its message is being sent.
    delete(&store, 1).await;
    reschedule(&store, 1, now()).await;
    dead_letter(&store, 1).await;
    assert_eq!(due(&store, much_later()).await, [2]);
}
