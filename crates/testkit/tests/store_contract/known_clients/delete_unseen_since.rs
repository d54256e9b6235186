use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::Store;
use azuma_testkit::sample::{MICROSECOND, now};
use azuma_testkit_macros::on_every_store;

use super::{last_seen, note};
use crate::{given, write};

async fn delete(store: &Arc<dyn Store>, time: Timestamp, limit: u32) -> usize {
    let deleted = write(store, move |tx| {
        tx.known_clients().delete_unseen_since(time, limit)
    });
    deleted.await
}

#[on_every_store]
async fn what_was_seen_since_stays(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    note(&store, ada, 1, now()).await;
    note(&store, ada, 2, now().plus(MICROSECOND)).await;
    assert_eq!(delete(&store, now(), 10).await, 0);
    assert_eq!(delete(&store, now().plus(MICROSECOND), 10).await, 1);
    assert_eq!(last_seen(&store, ada, 1).await, None);
    assert!(last_seen(&store, ada, 2).await.is_some());
}

#[on_every_store]
async fn no_more_than_the_limit_and_the_oldest_first(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for number in 1..=3 {
        note(
            &store,
            ada,
            number,
            now().plus(u32::from(number) * MICROSECOND),
        )
        .await;
    }
    let later = now().plus(10 * MICROSECOND);
    assert_eq!(delete(&store, later, 2).await, 2);
    assert!(last_seen(&store, ada, 3).await.is_some());
    assert_eq!(delete(&store, later, 2).await, 1);
}
