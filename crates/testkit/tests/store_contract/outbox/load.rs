use std::sync::Arc;

use azuma_domain::ports::{OutboxLoad, Store};
use azuma_testkit::sample::{self, MINUTE, now};
use azuma_testkit_macros::on_every_store;

use super::{lease, lease_of, numbers};
use crate::{given, look, write};

async fn load(store: &Arc<dyn Store>, limit: u32) -> OutboxLoad {
    look(store, move |reader| reader.outbox().load(now(), limit)).await
}

#[on_every_store]
async fn messages_are_counted_by_whether_they_are_dead_and_those_leased_are_not_due(
    store: Arc<dyn Store>,
) {
    assert_eq!(load(&store, 10).await, OutboxLoad::default());
    let ada = given::ada(&store).await;
    write(&store, move |tx| {
        for number in 1..=4 {
            tx.outbox().enqueue(&sample::mail(number, ada))?;
        }
        Ok(())
    })
    .await;
    let all_due = load(&store, 10).await;
    assert_eq!((all_due.waiting, all_due.dead), (4, 0));
    assert!(all_due.oldest_due.is_some_and(|due| due <= now()));
    assert_eq!(
        numbers(&lease(&store, now(), now().plus(MINUTE)).await).len(),
        4
    );
    write(&store, |tx| {
        let lease = lease_of(tx, 1)?;
        tx.outbox().dead_letter(lease, now(), "refused")
    })
    .await;
    let expected = OutboxLoad {
        waiting: 3,
        dead: 1,
        oldest_due: None,
    };
    assert_eq!(load(&store, 10).await, expected);
    assert_eq!(load(&store, 2).await.waiting, 2);
}
