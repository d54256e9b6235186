//! [`OutboxRepository`](azuma_domain::ports::OutboxRepository).

mod fencing;
mod lease;
mod lease_races;
mod link;
mod load;
mod operate;
mod set_aside;
mod settle;

use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::mail::{LeasedMail, MailLease, MailState, OutgoingMail};
use azuma_domain::ports::{Store, StoreError, Transaction};
use azuma_domain::user::UserId;
use azuma_testkit::sample;

use super::{given, write};

/// Leases every message that is due.
async fn lease(store: &Arc<dyn Store>, now: Timestamp, until: Timestamp) -> Vec<LeasedMail> {
    write(store, move |tx| lease_all(tx, now, until)).await
}

/// Leases every message that is due, the longest due first. Each must be readable.
pub(super) fn lease_all(
    tx: &mut dyn Transaction,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<LeasedMail>, StoreError> {
    let mut all = Vec::new();
    while let Some(leased) = tx.outbox().lease(now, until)? {
        all.push(leased.expect("a message that can be read"));
        assert!(all.len() < 1_000, "a message is leased again and again");
    }
    Ok(all)
}

/// The lease of a message. A lease is known by when the message is due again, so every message has one.
fn lease_of(tx: &mut dyn Transaction, number: u32) -> Result<MailLease, StoreError> {
    let id = sample::mail_id(number);
    let until = match tx.outbox().find(id)?.map(|queued| queued.state) {
        Some(MailState::Due(at) | MailState::Dead(at)) => at,
        None => sample::now(),
    };
    Ok(MailLease { id, until })
}

/// Leases the messages that are due for a minute, and answers their numbers.
async fn due(store: &Arc<dyn Store>, now: Timestamp) -> Vec<u32> {
    numbers(&lease(store, now, now.plus(sample::MINUTE)).await)
}

/// The numbers of the messages, in order.
fn numbers(leased: &[LeasedMail]) -> Vec<u32> {
    let number = |leased: &LeasedMail| {
        let found = (0..100).find(|n| sample::mail_id(*n) == leased.mail.id);
        found.expect("a message of the test")
    };
    leased.iter().map(number).collect()
}

/// A message to the user, due at `due_at`.
async fn given_mail(store: &Arc<dyn Store>, user_id: UserId, number: u32, due_at: Timestamp) {
    let mail = OutgoingMail {
        created_at: due_at,
        expires_at: due_at.plus(10 * sample::MINUTE),
        ..sample::mail(number, user_id)
    };
    given::mail(store, &mail).await;
}
