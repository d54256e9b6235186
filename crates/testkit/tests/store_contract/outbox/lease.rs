use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::mail::{Language, MailKind, OutgoingMail};
use azuma_domain::ports::{Decision, FARTHEST_DUE, Store, Work};
use azuma_testkit::sample::{self, DAY, MICROSECOND, MINUTE, just_before, mail, now};
use azuma_testkit_macros::on_every_store;

use super::{due, given_mail, lease, lease_of};
use crate::{given, write};

#[on_every_store]
async fn every_kind_and_language_is_due_at_once_as_written(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let mut number = 0;
    for kind in MailKind::all(sample::link_id(1)) {
        for language in Language::ALL {
            number += 1;
            let written = OutgoingMail {
                kind,
                language,
                to: sample::email("Ada.Lovelace+azuma@Example.org"),
                ..mail(number, ada)
            };
            given::mail(&store, &written).await;
            let leased = lease(&store, now(), now().plus(MINUTE)).await;
            assert_eq!(leased[0].mail, written);
            assert_eq!(leased[0].attempts, 0);
        }
    }
}

#[on_every_store]
async fn times_come_back_to_the_microsecond(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let written = OutgoingMail {
        created_at: Timestamp::from_micros(1),
        expires_at: Timestamp::from_micros(i64::MAX),
        ..mail(1, ada)
    };
    given::mail(&store, &written).await;
    let leased = lease(&store, now(), now().plus(MINUTE)).await;
    assert_eq!(leased[0].mail, written);
}

#[on_every_store]
async fn an_empty_outbox_has_nothing_due(store: Arc<dyn Store>) {
    assert_eq!(lease(&store, now(), now().plus(MINUTE)).await, vec![]);
}

#[on_every_store]
async fn the_longest_due_come_first(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for (number, age) in [(1, 2), (2, 4), (3, 0), (4, 3), (5, 1)] {
        let due_at = Timestamp::from_micros(now().micros() - age);
        given_mail(&store, ada, number, due_at).await;
    }
    assert_eq!(due(&store, now()).await, [2, 4, 1, 5, 3]);
}

#[on_every_store]
async fn a_message_postponed_stands_in_line_by_its_new_time(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given_mail(&store, ada, 1, now()).await;
    given_mail(&store, ada, 2, now().plus(2 * MICROSECOND)).await;
    given_mail(&store, ada, 3, now().plus(6 * MICROSECOND)).await;
    let later = now().plus(4 * MICROSECOND);
    write(&store, move |tx| {
        let lease = lease_of(tx, 1)?;
        tx.outbox().reschedule(lease, later, "busy")
    })
    .await;
    assert_eq!(due(&store, now().plus(MINUTE)).await, [2, 1, 3]);
}

#[on_every_store]
async fn a_leased_message_is_leased_again_once_its_lease_ends_and_not_before(
    store: Arc<dyn Store>,
) {
    let ada = given::ada(&store).await;
    given_mail(&store, ada, 1, now()).await;
    let until = now().plus(MINUTE);
    lease(&store, now(), until).await;
    assert!(due(&store, just_before(until)).await.is_empty());
    assert_eq!(due(&store, until).await, [1]);
}

#[on_every_store]
async fn a_message_that_a_wrong_clock_made_due_much_later_is_leased_after_those_that_are_due(
    store: Arc<dyn Store>,
) {
    let ada = given::ada(&store).await;
    given_mail(&store, ada, 1, now().plus(FARTHEST_DUE)).await;
    given_mail(&store, ada, 2, just_before(now().plus(FARTHEST_DUE))).await;
    given_mail(&store, ada, 3, now()).await;
    given_mail(&store, ada, 4, now().plus(40 * DAY)).await;
    assert_eq!(due(&store, now()).await, [3, 1, 4]);
}

#[on_every_store]
async fn a_lease_rolled_back_leaves_the_message_due(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given_mail(&store, ada, 1, now()).await;
    let done = store.run(Work::write(|tx| {
        assert!(tx.outbox().lease(now(), now().plus(MINUTE))?.is_some());
        Ok(Decision::RollBack)
    }));
    done.await.expect("a refusal is no error of the store");
    assert_eq!(due(&store, now()).await, [1]);
}
