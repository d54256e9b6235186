use std::sync::Arc;

use super::take::{request, take};
use crate::ports::Store;
use crate::recovery::RecoveryRequest;
use crate::testing::sample::{SECOND, now, recovery};
use crate::testing::store_contract::write;

pub async fn the_oldest_then_waits_for_the_others(store: Arc<dyn Store>) {
    let [first, second, third] =
        [1, 2, 3].map(|number| recovery(number, "ada@example.org", now().plus(number * SECOND)));
    for written in [&first, &second, &third] {
        request(&store, written).await;
    }
    let later = now().plus(4 * SECOND);
    write(&store, move |tx| tx.recoveries().put_oldest_back(later)).await;
    let first = RecoveryRequest {
        requested_at: later,
        ..first
    };
    assert_eq!(take(&store, 10).await, [second, third, first]);
}

pub async fn where_there_is_none_nothing_happens(store: Arc<dyn Store>) {
    write(&store, |tx| tx.recoveries().put_oldest_back(now())).await;
    assert_eq!(take(&store, 10).await, []);
}
