use std::sync::Arc;

use azuma_domain::ports::{InvalidationNumber, Store};
use azuma_testkit::sample::user_id;
use azuma_testkit_macros::on_every_store;

use super::{from, last, number};
use crate::{given, write};

async fn begin(store: &Arc<dyn Store>) {
    write(store, |tx| tx.invalidations().begin_another_history()).await;
}

async fn numbers(store: &Arc<dyn Store>) -> Vec<u64> {
    let all = from(store, InvalidationNumber::default()).await;
    all.iter().map(|one| one.number.get()).collect()
}

#[on_every_store]
async fn it_begins_with_a_row_after_a_number_that_is_left_out(store: Arc<dyn Store>) {
    begin(&store).await;
    assert_eq!(numbers(&store).await, [2]);
    let row = from(&store, number(2)).await.remove(0);
    assert_eq!(last(&store).await.mark, Some(row.mark));
    begin(&store).await;
    assert_eq!(numbers(&store).await, [2, 4]);
}

#[on_every_store]
async fn it_goes_on_without_gaps_and_is_pruned_as_any(store: Arc<dyn Store>) {
    given::ada(&store).await;
    begin(&store).await;
    assert!(write(&store, |tx| tx.users().delete(user_id(1))).await);
    assert_eq!(numbers(&store).await, [2, 3]);
    let pruned = write(&store, |tx| tx.invalidations().prune(1, 1_000)).await;
    assert_eq!(pruned, 1);
    assert_eq!(numbers(&store).await, [3]);
}
