use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::link::Link;
use azuma_domain::ports::{Store, StoredLink};
use azuma_testkit::sample::{MINUTE, email_change, just_before, link_hash, link_id, now, reset};
use azuma_testkit_macros::on_every_store;

use super::consume;
use crate::{given, look};

async fn find(store: &Arc<dyn Store>, now: Timestamp) -> Option<Link> {
    look(store, move |tx| tx.links().find(&link_hash(1), now)).await
}

/// Link 1, which works for a minute.
async fn given_link(store: &Arc<dyn Store>) -> Link {
    let ada = given::ada(store).await;
    let written = reset(1, ada, now().plus(MINUTE));
    given::link(store, &written).await;
    written
}

#[on_every_store]
async fn a_link_is_found_as_written_and_stays(store: Arc<dyn Store>) {
    let written = given_link(&store).await;
    for _ in 0..2 {
        assert_eq!(find(&store, now()).await.as_ref(), Some(&written));
    }
    assert_eq!(consume(&store, 1, now()).await, Some(written));
}

#[on_every_store]
async fn a_link_is_found_until_its_last_microsecond(store: Arc<dyn Store>) {
    let end = given_link(&store).await.expires_at;
    assert!(find(&store, just_before(end)).await.is_some());
    assert_eq!(find(&store, end).await, None);
}

#[on_every_store]
async fn a_link_is_there_until_it_is_taken(store: Arc<dyn Store>) {
    let there = async || look(&store, |tx| tx.links().contains(link_id(1))).await;
    assert!(!there().await);
    given_link(&store).await;
    assert!(there().await);
    consume(&store, 1, now()).await;
    assert!(!there().await);
    assert_eq!(find(&store, now()).await, None);
}

#[on_every_store]
async fn the_links_of_a_user_that_still_work_are_listed_the_first_to_expire_first(
    store: Arc<dyn Store>,
) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    let in_minutes = |minutes| now().plus(minutes * MINUTE);
    let late = reset(1, ada, in_minutes(3));
    let soon = email_change(2, ada, "new@example.org", in_minutes(2));
    for link in [
        &late,
        &soon,
        &reset(3, ada, in_minutes(1)),
        &reset(4, grace, in_minutes(3)),
    ] {
        given::link(&store, link).await;
    }
    let list = async |limit| {
        let listed = look(&store, move |tx| {
            tx.links().list_of(ada, in_minutes(1), limit)
        });
        listed.await
    };
    assert_eq!(list(9).await, [soon.clone(), late]);
    assert_eq!(list(1).await, [soon]);
}

#[on_every_store]
async fn links_that_work_come_page_by_page_in_the_order_of_their_ids(store: Arc<dyn Store>) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    let end = now().plus(MINUTE);
    for (number, user_id, end) in [(3, ada, end), (1, grace, end), (2, ada, now())] {
        given::link(&store, &reset(number, user_id, end)).await;
    }
    let page = |after, limit| look(&store, move |tx| tx.links().page(after, now(), limit));
    let ids = |page: Vec<StoredLink>| page.iter().map(|link| link.id).collect::<Vec<_>>();
    let first = page(None, 1).await;
    let expected = StoredLink {
        id: link_id(1),
        hash: link_hash(1),
        expires_at: end,
    };
    assert_eq!(first, [expected]);
    assert_eq!(ids(page(Some(link_id(1)), 10).await), [link_id(3)]);
    assert_eq!(ids(page(None, 10).await), [link_id(1), link_id(3)]);
    assert_eq!(page(Some(link_id(3)), 10).await, []);
}
