use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use azuma_domain::Timestamp;
use azuma_domain::ports::{Conflict, Decision, Store, Work};
use azuma_testkit::all;
use azuma_testkit::sample::{MINUTE, email_change, just_before, link, link_hash, now, reset};
use azuma_testkit_macros::on_every_store;

use super::consume;
use crate::{given, linger, try_write, write};

#[on_every_store]
async fn a_link_of_every_purpose_comes_back_as_written(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let end = now().plus(10 * MINUTE);
    let change = email_change(2, ada, "New@Example.org", end);
    for (number, written) in (1..).zip([link(1, ada, end), change, reset(3, ada, end)]) {
        given::link(&store, &written).await;
        assert_eq!(consume(&store, number, now()).await, Some(written));
    }
}

#[on_every_store]
async fn the_expiry_comes_back_to_the_microsecond(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let last = Timestamp::from_micros(i64::MAX);
    for (number, time) in (1..).zip([now().plus(MINUTE), just_before(last), last]) {
        given::link(&store, &link(number, ada, time)).await;
        let taken = consume(&store, number, now()).await;
        assert_eq!(taken.map(|link| link.expires_at), Some(time));
    }
}

#[on_every_store]
async fn a_link_is_taken_until_its_last_microsecond(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let end = now().plus(MINUTE);
    given::link(&store, &link(1, ada, end)).await;
    assert_eq!(consume(&store, 1, end).await, None);
    assert!(consume(&store, 1, just_before(end)).await.is_some());
}

#[on_every_store]
async fn a_link_is_taken_once_and_others_stay(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for number in [1, 2] {
        given::link(&store, &link(number, ada, now().plus(MINUTE))).await;
    }
    for (number, is_there) in [(1, true), (1, false), (2, true), (3, false)] {
        let taken = consume(&store, number, now()).await;
        assert_eq!(taken.is_some(), is_there, "link {number}");
    }
}

#[on_every_store]
async fn rolled_back_the_link_is_there_again(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let written = link(1, ada, now().plus(MINUTE));
    given::link(&store, &written).await;
    let done = store.run(Work::write(|tx| {
        let taken = tx.links().consume(&link_hash(1), now())?;
        assert!(taken.is_some());
        Ok(Decision::RollBack)
    }));
    done.await.expect("a refusal is no error of the store");
    assert_eq!(consume(&store, 1, now()).await, Some(written));
}

#[on_every_store]
async fn of_24_racing_calls_one_takes_it(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::link(&store, &link(1, ada, now().plus(MINUTE))).await;
    let taken = all((0..24).map(|_| {
        write(&store, |tx| {
            let taken = tx.links().consume(&link_hash(1), now())?;
            linger();
            Ok(taken)
        })
    }))
    .await;
    assert_eq!(taken.iter().flatten().count(), 1);
}

#[on_every_store]
async fn a_link_given_back_goes_to_one_of_those_who_wait(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::link(&store, &link(1, ada, now().plus(MINUTE))).await;
    let given_back = Arc::new(AtomicBool::new(false));
    let taken = all((0..12).map(|_| {
        let given_back = Arc::clone(&given_back);
        try_write(&store, move |tx| {
            let taken = tx.links().consume(&link_hash(1), now())?;
            linger();
            // The first one rolls back, as if the address had been taken meanwhile.
            if taken.is_some() && !given_back.swap(true, Ordering::SeqCst) {
                return Err(Conflict::Email.into());
            }
            Ok(taken)
        })
    }))
    .await;
    assert_eq!(taken.iter().flatten().flatten().count(), 1);
}
