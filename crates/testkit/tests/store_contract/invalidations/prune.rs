use std::sync::Arc;

use azuma_domain::ports::{HistoryPosition, Store};
use azuma_testkit::sample::{self, user_id};
use azuma_testkit_macros::on_every_store;

use super::{invalidated, last, number};
use crate::{given, write};

/// Causes three invalidations: of the users 1, 2 and 3.
async fn three(store: &Arc<dyn Store>) {
    for number in 1..=3 {
        given::account(store, &sample::account(number, &format!("user{number}"))).await;
        assert!(write(store, move |tx| tx.users().delete(user_id(number))).await);
    }
}

async fn prune(store: &Arc<dyn Store>, keep: u32) -> usize {
    write(store, move |tx| tx.invalidations().prune(keep, 1_000)).await
}

#[on_every_store]
async fn the_last_ones_are_kept_and_the_others_counted(store: Arc<dyn Store>) {
    three(&store).await;
    for (keep, gone, left) in [
        (4, 0, vec![1, 2, 3]),
        (2, 1, vec![2, 3]),
        (2, 0, vec![2, 3]),
    ] {
        assert_eq!(prune(&store, keep).await, gone);
        let left: Vec<_> = left.into_iter().map(user_id).collect();
        assert_eq!(invalidated(&store).await, left);
    }
}

#[on_every_store]
async fn at_most_the_limit_goes_and_the_rest_the_next_times(store: Arc<dyn Store>) {
    three(&store).await;
    for left in [vec![2, 3], vec![3], vec![3]] {
        write(&store, |tx| tx.invalidations().prune(1, 1)).await;
        let left: Vec<_> = left.into_iter().map(user_id).collect();
        assert_eq!(invalidated(&store).await, left);
    }
}

#[on_every_store]
async fn the_last_number_stays_though_its_row_and_its_mark_are_gone(store: Arc<dyn Store>) {
    three(&store).await;
    prune(&store, 0).await;
    assert_eq!(invalidated(&store).await, []);
    let expected = HistoryPosition {
        number: number(3),
        mark: None,
    };
    assert_eq!(last(&store).await, expected);
}
