use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::Store;
use azuma_domain::user::UserId;
use azuma_testkit::all;
use azuma_testkit::sample::{MICROSECOND, MINUTE, email_change, just_before, link, now, reset};
use azuma_testkit_macros::on_every_store;

use super::consume;
use crate::{given, linger, write};

async fn delete_email_changes(store: &Arc<dyn Store>, user_id: UserId) -> usize {
    write(store, move |tx| {
        tx.links().delete_email_changes(user_id, now())
    })
    .await
}

async fn delete_expired(store: &Arc<dyn Store>, now: Timestamp, limit: u32) -> usize {
    write(store, move |tx| tx.links().delete_expired(now, limit)).await
}

async fn given_expired(store: &Arc<dyn Store>, count: u32) {
    let ada = given::ada(store).await;
    for number in 1..=count {
        given::link(store, &link(number, ada, now())).await;
    }
}

#[on_every_store]
async fn every_link_of_the_user_goes(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let end = now().plus(MINUTE);
    let change = email_change(2, ada, "new@example.org", end);
    for link in [link(1, ada, end), change, reset(3, ada, end)] {
        given::link(&store, &link).await;
    }
    write(&store, move |tx| tx.links().delete_all(ada)).await;
    for number in 1..=3 {
        assert_eq!(consume(&store, number, now()).await, None);
    }
}

#[on_every_store]
async fn links_of_others_stay(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let grace = given::grace(&store).await;
    given::link(&store, &reset(1, grace, now().plus(MINUTE))).await;
    write(&store, move |tx| tx.links().delete_all(ada)).await;
    assert!(consume(&store, 1, now()).await.is_some());
}

#[on_every_store]
async fn all_links_that_change_the_users_address_go(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for (number, email) in [(1, "one@example.org"), (2, "two@example.org")] {
        let change = email_change(number, ada, email, now().plus(MINUTE));
        given::link(&store, &change).await;
    }
    delete_email_changes(&store, ada).await;
    assert_eq!(consume(&store, 1, now()).await, None);
    assert_eq!(consume(&store, 2, now()).await, None);
}

#[on_every_store]
async fn those_that_changed_an_address_are_counted_while_they_worked(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for (number, end) in [
        (1, now()),
        (2, now().plus(MICROSECOND)),
        (3, now().plus(MINUTE)),
    ] {
        let change = email_change(number, ada, "new@example.org", end);
        given::link(&store, &change).await;
    }
    given::link(&store, &reset(4, ada, now().plus(MINUTE))).await;
    assert_eq!(delete_email_changes(&store, ada).await, 2);
    assert_eq!(delete_email_changes(&store, ada).await, 0);
}

#[on_every_store]
async fn links_that_verify_the_user_stay(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::link(&store, &link(1, ada, now().plus(MINUTE))).await;
    delete_email_changes(&store, ada).await;
    assert!(consume(&store, 1, now()).await.is_some());
}

#[on_every_store]
async fn links_that_change_another_users_address_stay(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let grace = given::grace(&store).await;
    let change = email_change(1, grace, "new@example.org", now().plus(MINUTE));
    given::link(&store, &change).await;
    delete_email_changes(&store, ada).await;
    assert!(consume(&store, 1, now()).await.is_some());
}

#[on_every_store]
async fn every_expired_link_goes_and_is_counted(store: Arc<dyn Store>) {
    given_expired(&store, 3).await;
    assert_eq!(delete_expired(&store, now(), 10).await, 3);
    for number in 1..=3 {
        assert_eq!(consume(&store, number, just_before(now())).await, None);
    }
}

#[on_every_store]
async fn at_most_the_limit_goes_and_the_rest_the_next_times(store: Arc<dyn Store>) {
    given_expired(&store, 5).await;
    let mut gone = Vec::new();
    for _ in 0..4 {
        gone.push(delete_expired(&store, now(), 2).await);
    }
    assert_eq!(gone, [2, 2, 1, 0]);
}

#[on_every_store]
async fn a_link_that_works_for_a_microsecond_more_stays(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::link(&store, &link(1, ada, now().plus(MICROSECOND))).await;
    assert_eq!(delete_expired(&store, now(), 10).await, 0);
    assert!(consume(&store, 1, now()).await.is_some());
}

#[on_every_store]
async fn expired_links_that_change_an_address_go_too(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::link(&store, &email_change(1, ada, "new@example.org", now())).await;
    assert_eq!(delete_expired(&store, now(), 10).await, 1);
}

#[on_every_store]
async fn racing_sweeps_count_each_link_once(store: Arc<dyn Store>) {
    given_expired(&store, 20).await;
    let counts = all((0..8).map(|_| {
        write(&store, |tx| {
            let count = tx.links().delete_expired(now(), 20)?;
            linger();
            Ok(count)
        })
    }))
    .await;
    assert_eq!(counts.iter().sum::<usize>(), 20);
}
