use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_testkit::sample::{MINUTE, now};
use azuma_testkit_macros::on_every_store;

use super::{last_seen, network, note};
use crate::{given, write};

#[on_every_store]
async fn a_network_is_known_to_the_user_it_was_noted_for(store: Arc<dyn Store>) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    assert_eq!(last_seen(&store, ada, 1).await, None);
    note(&store, ada, 1, now()).await;
    assert_eq!(last_seen(&store, ada, 1).await, Some(now()));
    assert_eq!(last_seen(&store, ada, 2).await, None);
    assert_eq!(last_seen(&store, grace, 1).await, None);
}

#[on_every_store]
async fn noted_again_it_was_seen_then(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    note(&store, ada, 1, now()).await;
    let later = now().plus(MINUTE);
    note(&store, ada, 1, later).await;
    assert_eq!(last_seen(&store, ada, 1).await, Some(later));
}

#[on_every_store]
async fn ipv6_networks_are_told_apart(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let [one, other] = ["2001:db8:1::1", "2001:db8:2::1"].map(network);
    write(&store, move |tx| {
        tx.known_clients().note(ada, one, now(), 3)
    })
    .await;
    let seen = write(&store, move |tx| {
        let clients = tx.known_clients();
        Ok((clients.last_seen(ada, one)?, clients.last_seen(ada, other)?))
    });
    assert_eq!(seen.await, (Some(now()), None));
}

#[on_every_store]
async fn of_too_many_those_seen_last_stay(store: Arc<dyn Store>) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    note(&store, grace, 1, now()).await;
    for number in 1..=3 {
        note(&store, ada, number, now().plus(u32::from(number) * MINUTE)).await;
    }
    // The first is seen again, so the second is the one seen least recently.
    note(&store, ada, 1, now().plus(4 * MINUTE)).await;
    note(&store, ada, 4, now().plus(5 * MINUTE)).await;
    let mut known = Vec::new();
    for number in 1..=4 {
        known.push(last_seen(&store, ada, number).await.is_some());
    }
    assert_eq!(known, [true, false, true, true]);
    assert!(last_seen(&store, grace, 1).await.is_some());
}

#[on_every_store]
async fn deleted_with_its_user(store: Arc<dyn Store>) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    for user in [ada, grace] {
        note(&store, user, 1, now()).await;
    }
    assert!(write(&store, move |tx| tx.users().delete(ada)).await);
    assert_eq!(last_seen(&store, ada, 1).await, None);
    assert!(last_seen(&store, grace, 1).await.is_some());
}
