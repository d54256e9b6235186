use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::Store;
use azuma_testkit::all;
use azuma_testkit::sample::{
    MICROSECOND, MINUTE, account, link_hash, mail_id, now, user_id, waiting,
};
use azuma_testkit_macros::on_every_store;

use super::{find_by_name, is_free};
use crate::outbox::lease_all;
use crate::{given, linger, write};

async fn delete_lapsed(store: &Arc<dyn Store>, now: Timestamp, limit: u32) -> usize {
    write(store, move |tx| tx.users().delete_lapsed(now, limit)).await
}

async fn given_lapsed(store: &Arc<dyn Store>, count: u32) {
    for number in 1..=count {
        given::account(store, &waiting(number, &format!("u{number}"), now())).await;
    }
}

#[on_every_store]
async fn every_lapsed_account_goes_and_one_that_waits_for_a_microsecond_more_and_users_stay(
    store: Arc<dyn Store>,
) {
    given_lapsed(&store, 3).await;
    given::account(&store, &waiting(8, "eve", now().plus(MICROSECOND))).await;
    given::account(&store, &account(9, "ada")).await;
    assert_eq!(delete_lapsed(&store, now(), 10).await, 3);
    for name in ["u1", "u2", "u3"] {
        assert!(is_free(&store, name).await);
    }
    for name in ["eve", "ada"] {
        assert!(find_by_name(&store, name, now()).await.is_some());
    }
}

#[on_every_store]
async fn a_lapsed_account_goes_with_its_link_and_the_mail_to_it_stays(store: Arc<dyn Store>) {
    given_lapsed(&store, 1).await;
    given::belongings(&store, 1, user_id(1)).await;
    delete_lapsed(&store, now(), 10).await;
    let taken = write(&store, |tx| tx.links().consume(&link_hash(1), now())).await;
    assert_eq!(taken, None);
    let leased = write(&store, |tx| lease_all(tx, now(), now().plus(MINUTE))).await;
    let leased: Vec<_> = leased.iter().map(|leased| leased.mail.id).collect();
    assert_eq!(leased, vec![mail_id(1)]);
}

#[on_every_store]
async fn at_most_the_limit_goes_and_the_rest_the_next_times(store: Arc<dyn Store>) {
    given_lapsed(&store, 5).await;
    let mut gone = Vec::new();
    for _ in 0..4 {
        gone.push(delete_lapsed(&store, now(), 2).await);
    }
    assert_eq!(gone, [2, 2, 1, 0]);
}

#[on_every_store]
async fn racing_sweeps_count_each_account_once(store: Arc<dyn Store>) {
    given_lapsed(&store, 20).await;
    let counts = all((0..8).map(|_| {
        write(&store, |tx| {
            let count = tx.users().delete_lapsed(now(), 20)?;
            linger();
            Ok(count)
        })
    }))
    .await;
    assert_eq!(counts.iter().sum::<usize>(), 20);
}
