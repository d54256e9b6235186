use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::mail::{MailId, MailState, QueuedMail};
use azuma_domain::ports::Store;
use azuma_testkit::all;
use azuma_testkit::sample::{
    DAY, MICROSECOND, MINUTE, SECOND, just_before, mail, mail_id, now, user_id,
};
use azuma_testkit_macros::on_every_store;

use super::{due, given_mail, lease, lease_of};
use crate::{count, given, linger, look, write};

async fn list(store: &Arc<dyn Store>, limit: u32) -> Vec<QueuedMail> {
    look(store, move |tx| tx.outbox().list(limit)).await
}

async fn find(store: &Arc<dyn Store>, number: u32) -> Option<QueuedMail> {
    look(store, move |tx| tx.outbox().find(mail_id(number))).await
}

async fn dead_letter(store: &Arc<dyn Store>, number: u32, at: Timestamp) {
    write(store, move |tx| {
        let lease = lease_of(tx, number)?;
        tx.outbox().dead_letter(lease, at, "550 nobody")
    })
    .await;
}

async fn requeue(store: &Arc<dyn Store>, number: u32) -> bool {
    write(store, move |tx| {
        let end = now().plus(DAY);
        let requeued = tx.outbox().requeue(mail_id(number), now(), end)?;
        linger();
        Ok(requeued)
    })
    .await
}

/// Messages 1 to 3, a microsecond apart.
async fn given_three(store: &Arc<dyn Store>) {
    let ada = given::ada(store).await;
    for number in 1..=3 {
        given_mail(store, ada, number, now().plus(number * MICROSECOND)).await;
    }
}

#[on_every_store]
async fn messages_are_listed_the_oldest_first_dead_letters_among_them(store: Arc<dyn Store>) {
    given_three(&store).await;
    dead_letter(&store, 2, now()).await;
    assert_eq!(left(&store).await, [1, 2, 3].map(mail_id));
    assert_eq!(list(&store, 2).await.len(), 2, "at most the limit");
    assert_eq!(find(&store, 4).await, None);
}

#[on_every_store]
async fn a_message_is_found_with_all_that_happened_to_it(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::mail(&store, &mail(1, ada)).await;
    let due_at = now().plus(MINUTE);
    write(&store, move |tx| {
        let lease = lease_of(tx, 1)?;
        tx.outbox().reschedule(lease, due_at, "450 busy")
    })
    .await;
    let postponed = QueuedMail {
        mail: mail(1, ada),
        state: MailState::Due(due_at),
        attempts: 1,
        last_failure: Some("450 busy".to_owned()),
    };
    assert_eq!(find(&store, 1).await.as_ref(), Some(&postponed));
    dead_letter(&store, 1, due_at).await;
    let buried = QueuedMail {
        state: MailState::Dead(due_at),
        last_failure: Some("550 nobody".to_owned()),
        ..postponed
    };
    assert_eq!(find(&store, 1).await, Some(buried));
}

#[on_every_store]
async fn a_dead_letter_is_requeued_as_if_never_tried_and_keeps_why_it_failed(
    store: Arc<dyn Store>,
) {
    given_three(&store).await;
    write(&store, |tx| {
        let lease = lease_of(tx, 1)?;
        tx.outbox().reschedule(lease, now(), "450 busy")
    })
    .await;
    dead_letter(&store, 1, now()).await;
    assert!(requeue(&store, 1).await);
    let leased = lease(&store, now(), now().plus(MINUTE)).await;
    assert_eq!(leased[0].mail.id, mail_id(1));
    assert_eq!(leased[0].attempts, 0);
    assert_eq!(leased[0].mail.expires_at, now().plus(DAY));
    assert_eq!(leased[0].last_failure.as_deref(), Some("550 nobody"));
}

#[on_every_store]
async fn what_is_no_dead_letter_is_not_requeued(store: Arc<dyn Store>) {
    given_three(&store).await;
    assert!(!requeue(&store, 1).await);
    assert!(!requeue(&store, 4).await);
    assert!(due(&store, now()).await.is_empty());
}

#[on_every_store]
async fn of_8_racing_calls_one_requeues(store: Arc<dyn Store>) {
    given_three(&store).await;
    dead_letter(&store, 1, now()).await;
    let requeued = all((0..8).map(|_| requeue(&store, 1))).await;
    assert_eq!(count(&requeued), 1);
}

#[on_every_store]
async fn a_waiting_message_and_a_dead_letter_are_discarded_once(store: Arc<dyn Store>) {
    given_three(&store).await;
    dead_letter(&store, 1, now()).await;
    let discard = |number| write(&store, move |tx| tx.outbox().discard(mail_id(number)));
    for (number, there) in [(1, true), (2, true), (1, false), (2, false)] {
        assert_eq!(discard(number).await, there, "message {number}");
    }
    assert_eq!(list(&store, 10).await.len(), 1);
}

async fn delete_dead(store: &Arc<dyn Store>, until: Timestamp, limit: u32) -> usize {
    write(store, move |tx| tx.outbox().delete_dead(until, limit)).await
}

/// The ids of the messages, oldest first.
async fn left(store: &Arc<dyn Store>) -> Vec<MailId> {
    list(store, 10).await.iter().map(|m| m.mail.id).collect()
}

#[on_every_store]
async fn dead_letters_go_once_they_are_so_old_and_it_answers_how_many(store: Arc<dyn Store>) {
    given_three(&store).await;
    dead_letter(&store, 1, now()).await;
    dead_letter(&store, 2, now().plus(MICROSECOND)).await;
    assert_eq!(delete_dead(&store, just_before(now()), 10).await, 0);
    assert_eq!(delete_dead(&store, now(), 10).await, 1);
    assert_eq!(left(&store).await, [2, 3].map(mail_id));
}

#[on_every_store]
async fn at_most_the_limit_goes_the_oldest_first(store: Arc<dyn Store>) {
    given_three(&store).await;
    for (number, seconds) in [(1, 3), (2, 1), (3, 2)] {
        dead_letter(&store, number, now().plus(seconds * SECOND)).await;
    }
    assert_eq!(delete_dead(&store, now().plus(DAY), 2).await, 2);
    assert_eq!(left(&store).await, [mail_id(1)]);
}

#[on_every_store]
async fn a_letter_that_was_requeued_stays(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::mail(&store, &mail(1, ada)).await;
    dead_letter(&store, 1, now()).await;
    assert!(requeue(&store, 1).await);
    assert_eq!(delete_dead(&store, now().plus(DAY), 10).await, 0);
    assert_eq!(left(&store).await, [mail_id(1)]);
}

#[on_every_store]
async fn the_messages_about_a_user_are_listed_the_oldest_first_dead_letters_among_them(
    store: Arc<dyn Store>,
) {
    given_three(&store).await;
    let (ada, grace) = (user_id(1), given::grace(&store).await);
    given_mail(&store, grace, 4, now()).await;
    dead_letter(&store, 2, now()).await;
    let list = async |user_id, limit| {
        let listed = look(&store, move |tx| tx.outbox().list_of(user_id, limit)).await;
        listed
            .into_iter()
            .map(|queued| queued.mail.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(list(ada, 9).await, [1, 2, 3].map(mail_id));
    assert_eq!(list(ada, 2).await, [1, 2].map(mail_id));
    assert_eq!(list(grace, 9).await, [mail_id(4)]);
}
