use std::sync::Arc;

use azuma_domain::mail::MailState;
use azuma_domain::ports::Store;
use azuma_testkit::sample::{DAY, MINUTE, mail_id, now};
use azuma_testkit_macros::on_every_store;

use super::{due, given_mail, lease, lease_of};
use crate::{given, look, write};

async fn set_aside(store: &Arc<dyn Store>, limit: u32) -> usize {
    write(store, move |tx| {
        tx.outbox().set_aside(now().plus(MINUTE), "restored", limit)
    })
    .await
}

/// Messages 1 to 3: one is leased, one is due, one is due later.
async fn given_three(store: &Arc<dyn Store>) {
    let ada = given::ada(store).await;
    given_mail(store, ada, 1, now()).await;
    lease(store, now(), now().plus(10 * MINUTE)).await;
    given_mail(store, ada, 2, now()).await;
    given_mail(store, ada, 3, now().plus(MINUTE)).await;
}

#[on_every_store]
async fn all_that_wait_become_dead_letters_with_the_reason(store: Arc<dyn Store>) {
    given_three(&store).await;
    assert_eq!(set_aside(&store, 10).await, 3);
    assert_eq!(set_aside(&store, 10).await, 0);
    assert!(due(&store, now().plus(DAY)).await.is_empty());
    for number in 1..=3 {
        let found = look(&store, move |tx| tx.outbox().find(mail_id(number))).await;
        let found = found.expect("it is kept");
        assert_eq!(found.state, MailState::Dead(now().plus(MINUTE)));
        assert_eq!(found.last_failure.as_deref(), Some("restored"));
    }
}

#[on_every_store]
async fn at_most_the_limit_goes_at_a_time(store: Arc<dyn Store>) {
    given_three(&store).await;
    for count in [2, 1, 0] {
        assert_eq!(set_aside(&store, 2).await, count);
    }
}

#[on_every_store]
async fn a_dead_letter_stays_as_it_is(store: Arc<dyn Store>) {
    given_three(&store).await;
    write(&store, |tx| {
        let lease = lease_of(tx, 2)?;
        tx.outbox().dead_letter(lease, now(), "550 nobody")
    })
    .await;
    assert_eq!(set_aside(&store, 10).await, 2);
    let found = look(&store, |tx| tx.outbox().find(mail_id(2))).await;
    assert_eq!(
        found.and_then(|queued| queued.last_failure).as_deref(),
        Some("550 nobody")
    );
}

#[on_every_store]
async fn a_worker_that_had_leased_one_settles_it_no_more(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given_mail(&store, ada, 1, now()).await;
    let leased = lease(&store, now(), now().plus(10 * MINUTE)).await[0].lease;
    assert_eq!(set_aside(&store, 10).await, 1);
    write(&store, move |tx| {
        tx.outbox().delete(leased)?;
        tx.outbox().reschedule(leased, now(), "450 busy")
    })
    .await;
    let found = look(&store, |tx| tx.outbox().find(mail_id(1))).await;
    assert_eq!(
        found.map(|queued| queued.state),
        Some(MailState::Dead(now().plus(MINUTE)))
    );
}
