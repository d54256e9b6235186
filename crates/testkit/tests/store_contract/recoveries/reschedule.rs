use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_testkit::sample::{MINUTE, SECOND, just_before, now, recovery};
use azuma_testkit_macros::on_every_store;

use super::{request, take};
use crate::write;

#[on_every_store]
async fn a_postponed_request_waits_and_is_otherwise_as_it_was(store: Arc<dyn Store>) {
    let written = recovery(1, "ada@example.org", now());
    request(&store, &written).await;
    let (id, due_at) = (written.id, now().plus(MINUTE));
    write(&store, move |tx| tx.recoveries().reschedule(id, due_at)).await;
    assert_eq!(take(&store, just_before(due_at), 10).await, []);
    let made = write(&store, move |tx| tx.recoveries().requested_at(id)).await;
    assert_eq!(made, Some(now()));
    assert_eq!(take(&store, due_at, 10).await, [written]);
}

#[on_every_store]
async fn the_others_are_due_before_it(store: Arc<dyn Store>) {
    let [first, second, third] =
        [1, 2, 3].map(|number| recovery(number, "ada@example.org", now().plus(number * SECOND)));
    for written in [&first, &second, &third] {
        request(&store, written).await;
    }
    let (id, due_at) = (first.id, now().plus(4 * SECOND));
    write(&store, move |tx| tx.recoveries().reschedule(id, due_at)).await;
    assert_eq!(take(&store, due_at, 10).await, [second, third, first]);
}

#[on_every_store]
async fn a_discarded_request_is_gone(store: Arc<dyn Store>) {
    let written = recovery(1, "ada@example.org", now());
    request(&store, &written).await;
    write(&store, move |tx| tx.recoveries().discard(written.id)).await;
    assert_eq!(take(&store, now(), 10).await, []);
}

#[on_every_store]
async fn a_request_that_is_gone_is_not_missed(store: Arc<dyn Store>) {
    let id = recovery(1, "ada@example.org", now()).id;
    let made = write(&store, move |tx| {
        tx.recoveries().reschedule(id, now())?;
        tx.recoveries().discard(id)?;
        assert_eq!(tx.recoveries().take(id)?, None);
        tx.recoveries().requested_at(id)
    })
    .await;
    assert_eq!(made, None);
}
