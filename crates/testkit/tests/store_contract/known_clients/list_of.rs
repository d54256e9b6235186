use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_testkit::sample::{MINUTE, now};
use azuma_testkit_macros::on_every_store;

use super::{network, note, numbered};
use crate::{given, look, write};

#[on_every_store]
async fn the_networks_of_a_user_are_listed_the_last_seen_first(store: Arc<dyn Store>) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    note(&store, ada, 1, now()).await;
    note(&store, ada, 2, now().plus(MINUTE)).await;
    note(&store, grace, 3, now()).await;
    let list = async |limit| look(&store, move |tx| tx.known_clients().list_of(ada, limit)).await;
    let expected = [(numbered(2), now().plus(MINUTE)), (numbered(1), now())];
    assert_eq!(list(9).await, expected);
    assert_eq!(list(1).await, expected[..1]);
}

#[on_every_store]
async fn a_network_of_either_kind_comes_back_as_noted(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for ip in ["2001:db8:1:2::3", "203.0.113.77"] {
        let noted = network(ip);
        write(&store, move |tx| {
            tx.known_clients().note(ada, noted, now(), 9)
        })
        .await;
        let listed = look(&store, move |tx| tx.known_clients().list_of(ada, 9)).await;
        assert!(listed.contains(&(noted, now())), "{ip}");
    }
}
