use std::sync::Arc;

use super::{invalidated, last, number};
use crate::ports::Store;
use crate::testing::sample::{self, user_id};
use crate::testing::store_contract::{given, write};

/// Three invalidations, of the users 1, 2 and 3.
async fn three(store: &Arc<dyn Store>) {
    for number in 1..=3 {
        given::account(store, &sample::account(number, &format!("user{number}"))).await;
        assert!(write(store, move |tx| tx.users().delete(user_id(number))).await);
    }
}

async fn prune(store: &Arc<dyn Store>, keep: u32) {
    write(store, move |tx| tx.invalidations().prune(keep)).await;
}

pub async fn the_last_ones_are_kept(store: Arc<dyn Store>) {
    three(&store).await;
    prune(&store, 2).await;
    assert_eq!(invalidated(&store).await, [user_id(2), user_id(3)]);
}

pub async fn the_last_number_stays_though_its_row_is_gone(store: Arc<dyn Store>) {
    three(&store).await;
    prune(&store, 0).await;
    assert_eq!(invalidated(&store).await, []);
    assert_eq!(last(&store).await, number(3));
}

pub async fn keeping_more_than_there_are_keeps_all(store: Arc<dyn Store>) {
    three(&store).await;
    prune(&store, 4).await;
    assert_eq!(invalidated(&store).await, [1, 2, 3].map(user_id));
}
