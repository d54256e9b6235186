use std::collections::HashSet;
use std::sync::Arc;

use azuma_domain::mail::Language;
use azuma_domain::ports::{Decision, Store, Work};
use azuma_domain::recovery::RecoveryRequest;
use azuma_testkit::all;
use azuma_testkit::sample::{MICROSECOND, just_before, now, recovery};
use azuma_testkit_macros::on_every_store;

use super::{request, take, take_due};
use crate::{given, linger, write};

#[on_every_store]
async fn a_request_comes_back_as_written(store: Arc<dyn Store>) {
    let written = RecoveryRequest {
        language: Language::German,
        ..recovery(1, "Ada.L+x@Example.org", now())
    };
    request(&store, &written).await;
    assert_eq!(take(&store, now(), 10).await, [written]);
}

#[on_every_store]
async fn an_address_can_be_requested_twice_whether_an_account_has_it_or_not(store: Arc<dyn Store>) {
    given::ada(&store).await;
    for (number, email) in [
        (1, "ada@example.org"),
        (2, "ada@example.org"),
        (3, "nobody@example.org"),
        (4, "nobody@example.org"),
    ] {
        request(&store, &recovery(number, email, now())).await;
    }
    assert_eq!(take(&store, now(), 10).await.len(), 4);
}

#[on_every_store]
async fn the_oldest_come_first(store: Arc<dyn Store>) {
    let written: Vec<RecoveryRequest> = (1..=3)
        .map(|number| recovery(number, "ada@example.org", now().plus(number * MICROSECOND)))
        .collect();
    for late_first in written.iter().rev() {
        request(&store, late_first).await;
    }
    let later = now().plus(4 * MICROSECOND);
    assert_eq!(take(&store, later, 2).await, written[..2]);
    assert_eq!(take(&store, later, 2).await, written[2..]);
}

#[on_every_store]
async fn a_request_is_taken_once_and_not_before_it_was_made(store: Arc<dyn Store>) {
    request(&store, &recovery(1, "ada@example.org", now())).await;
    for (at, taken) in [(just_before(now()), 0), (now(), 1), (now(), 0)] {
        assert_eq!(take(&store, at, 10).await.len(), taken);
    }
}

#[on_every_store]
async fn rolled_back_the_requests_are_there_again(store: Arc<dyn Store>) {
    request(&store, &recovery(1, "ada@example.org", now())).await;
    let done = store.run(Work::write(|tx| {
        assert_eq!(take_due(tx, now(), 10)?.len(), 1);
        Ok(Decision::RollBack)
    }));
    done.await.expect("a refusal is no error of the store");
    assert_eq!(take(&store, now(), 10).await.len(), 1);
}

#[on_every_store]
async fn of_8_racing_calls_each_request_goes_to_one(store: Arc<dyn Store>) {
    for number in 0..20 {
        request(&store, &recovery(number, "ada@example.org", now())).await;
    }
    let taken = all((0..8).map(|_| async {
        let mut taken = Vec::new();
        loop {
            let some = write(&store, |tx| {
                let some = take_due(tx, now(), 3)?;
                linger();
                Ok(some)
            })
            .await;
            if some.is_empty() {
                return taken;
            }
            taken.extend(some.into_iter().map(|request| request.id));
            assert!(taken.len() <= 20, "more requests than there are");
        }
    }))
    .await
    .concat();
    let distinct: HashSet<_> = taken.iter().collect();
    assert_eq!((taken.len(), distinct.len()), (20, 20));
}
