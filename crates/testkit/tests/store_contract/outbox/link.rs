use std::sync::Arc;

use azuma_domain::link::Link;
use azuma_domain::ports::Store;
use azuma_testkit::sample::{MINUTE, email_change, link, link_hash, mail, now};
use azuma_testkit_macros::on_every_store;

use super::lease;
use crate::{given, write};

/// Message 1 with this link.
async fn given_linked(store: &Arc<dyn Store>, link: &Link) {
    given::link(store, link).await;
    given::mail(store, &mail(1, link.user_id)).await;
}

/// The link that message 1 carries when it is leased.
async fn carried(store: &Arc<dyn Store>) -> Option<Link> {
    let mut leased = lease(store, now(), now().plus(MINUTE)).await;
    leased.pop().expect("the message is due").link
}

#[on_every_store]
async fn each_message_carries_its_own_link(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for number in 1..=3 {
        given::link(&store, &link(number, ada, now().plus(10 * MINUTE))).await;
        given::mail(&store, &mail(number, ada)).await;
    }
    for leased in lease(&store, now(), now().plus(MINUTE)).await {
        let carried = leased.link.expect("the link is there");
        assert_eq!(Some(carried.id), leased.mail.kind.link());
    }
}

#[on_every_store]
async fn a_message_carries_no_link_once_that_is_gone(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given_linked(&store, &link(1, ada, now().plus(10 * MINUTE))).await;
    write(&store, |tx| tx.links().consume(&link_hash(1), now())).await;
    assert_eq!(carried(&store).await, None);
}

#[on_every_store]
async fn a_message_is_leased_again_with_its_link_as_written(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let written = email_change(1, ada, "New@Example.org", now().plus(10 * MINUTE));
    given_linked(&store, &written).await;
    let leased = write(&store, |tx| tx.outbox().lease(now(), now()));
    assert!(leased.await.is_some());
    assert_eq!(carried(&store).await, Some(written));
}
