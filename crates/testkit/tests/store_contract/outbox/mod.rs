//! [`OutboxRepository`](azuma_domain::ports::OutboxRepository).

mod fencing;
mod lease;
mod lease_races;
mod link;
mod operate;
mod settle;

use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::mail::{LeasedMail, MailLease, MailState, OutgoingMail};
use azuma_domain::ports::{Store, StoreError, Transaction};
use azuma_domain::user::UserId;
use azuma_testkit::sample;

use super::{given, write};

/// Leases whatever is due.
async fn lease(store: &Arc<dyn Store>, now: Timestamp, until: Timestamp) -> Vec<LeasedMail> {
    write(store, move |tx| lease_all(tx, now, until)).await
}

/// Leases whatever is due, the longest due first, until later than `now`. None of it may be unreadable.
pub(super) fn lease_all(
    tx: &mut dyn Transaction,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<LeasedMail>, StoreError> {
    assert!(now < until, "a lease that has ended is given again");
    let mut all = Vec::new();
    while let Some(leased) = tx.outbox().lease(now, until)? {
        all.push(leased.expect("a message that can be read"));
    }
    Ok(all)
}

/// The lease that a message is under, or as good as one where it is under none.
fn lease_of(tx: &mut dyn Transaction, number: u32) -> Result<MailLease, StoreError> {
    let id = sample::mail_id(number);
    let until = match tx.outbox().find(id)?.map(|queued| queued.state) {
        Some(MailState::Due(at) | MailState::Dead(at)) => at,
        None => sample::now(),
    };
    Ok(MailLease { id, until })
}

/// The numbers of the messages due at `now`, leased for a minute.
async fn due(store: &Arc<dyn Store>, now: Timestamp) -> Vec<u32> {
    numbers(&lease(store, now, now.plus(sample::MINUTE)).await)
}

/// The numbers of the messages, in their order.
fn numbers(leased: &[LeasedMail]) -> Vec<u32> {
    let number = |leased: &LeasedMail| {
        let found = (0..100).find(|n| sample::mail_id(*n) == leased.mail.id);
        found.expect("a message of the test")
    };
    leased.iter().map(number).collect()
}

/// A message of user 1, due at `due_at`.
async fn given_mail(store: &Arc<dyn Store>, user_id: UserId, number: u32, due_at: Timestamp) {
    let mail = OutgoingMail {
        created_at: due_at,
        expires_at: due_at.plus(10 * sample::MINUTE),
        ..sample::mail(number, user_id)
    };
    given::mail(store, &mail).await;
}
