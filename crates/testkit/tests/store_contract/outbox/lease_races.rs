use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_testkit::all;
use azuma_testkit::sample::{MINUTE, now};
use azuma_testkit_macros::on_every_store;

use super::{given_mail, numbers};
use crate::{given, linger, write};

/// The messages that each of 8 workers leases of 40. Each leases one after the other until none is due.
async fn race(store: &Arc<dyn Store>) -> Vec<Vec<u32>> {
    let ada = given::ada(store).await;
    for number in 0..40 {
        given_mail(store, ada, number, now()).await;
    }
    all((0..8).map(|_| async move {
        let mut got = Vec::new();
        loop {
            let leased = write(store, |tx| {
                let leased = tx.outbox().lease(now(), now().plus(MINUTE))?;
                linger();
                Ok(leased)
            })
            .await;
            match leased {
                Some(leased) if got.len() < 40 => got.extend(leased),
                Some(_) => panic!("more messages than there are"),
                None => return numbers(&got),
            }
        }
    }))
    .await
}

#[on_every_store]
async fn each_message_goes_to_one_of_8_racing_leasers(store: Arc<dyn Store>) {
    let mut got = race(&store).await.concat();
    got.sort_unstable();
    assert_eq!(got, (0..40).collect::<Vec<_>>());
}

#[on_every_store]
async fn of_8_racing_leases_of_what_was_leased_before_one_gets_it(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given_mail(&store, ada, 1, now()).await;
    super::lease(&store, now(), now().plus(MINUTE)).await;
    let got = all((0..8).map(|_| {
        write(&store, |tx| {
            let (end, next_end) = (now().plus(MINUTE), now().plus(2 * MINUTE));
            let leased = tx.outbox().lease(end, next_end)?;
            linger();
            Ok(leased.is_some())
        })
    }))
    .await;
    assert_eq!(got.iter().filter(|got| **got).count(), 1);
}
