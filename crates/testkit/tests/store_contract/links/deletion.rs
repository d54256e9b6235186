use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::Store;
use azuma_domain::user::UserId;
use azuma_testkit::all;
use azuma_testkit::sample::{
    MICROSECOND, MINUTE, email_change, just_before, link, now, reset, user_id,
};
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
async fn every_link_of_the_user_goes_and_those_of_others_stay(store: Arc<dyn Store>) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    let end = now().plus(MINUTE);
    let change = email_change(2, ada, "new@example.org", end);
    for link in [
        link(1, ada, end),
        change,
        reset(3, ada, end),
        reset(4, grace, end),
    ] {
        given::link(&store, &link).await;
    }
    write(&store, move |tx| tx.links().delete_all(ada)).await;
    for number in 1..=3 {
        assert_eq!(consume(&store, number, now()).await, None);
    }
    assert!(consume(&store, 4, now()).await.is_some());
}

#[on_every_store]
async fn links_that_change_the_users_address_go_and_are_counted_while_they_worked(
    store: Arc<dyn Store>,
) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    let end = now().plus(MINUTE);
    for link in [
        email_change(1, ada, "one@example.org", now()),
        email_change(2, ada, "two@example.org", now().plus(MICROSECOND)),
        email_change(3, ada, "three@example.org", end),
        email_change(4, grace, "four@example.org", end),
        link(5, ada, end),
        reset(6, ada, end),
    ] {
        given::link(&store, &link).await;
    }
    assert_eq!(delete_email_changes(&store, ada).await, 2);
    assert_eq!(delete_email_changes(&store, ada).await, 0);
    for (number, stays) in [
        (1, false),
        (2, false),
        (3, false),
        (4, true),
        (5, true),
        (6, true),
    ] {
        let taken = consume(&store, number, just_before(now())).await;
        assert_eq!(taken.is_some(), stays, "link {number}");
    }
}

#[on_every_store]
async fn every_expired_link_goes_and_is_counted(store: Arc<dyn Store>) {
    given_expired(&store, 3).await;
    let ada = user_id(1);
    given::link(&store, &email_change(4, ada, "new@example.org", now())).await;
    given::link(&store, &link(5, ada, now().plus(MICROSECOND))).await;
    assert_eq!(delete_expired(&store, now(), 10).await, 4);
    for number in 1..=4 {
        assert_eq!(consume(&store, number, just_before(now())).await, None);
    }
    assert!(consume(&store, 5, now()).await.is_some());
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
