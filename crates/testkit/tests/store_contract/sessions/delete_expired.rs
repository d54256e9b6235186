use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::Store;
use azuma_testkit::all;
use azuma_testkit::sample::{MICROSECOND, MINUTE, just_before, now, token, user_id};
use azuma_testkit_macros::on_every_store;

use super::{find, list, promote, tokens};
use crate::{given, linger, write};

async fn delete_expired(store: &Arc<dyn Store>, now: Timestamp, limit: u32) -> usize {
    write(store, move |tx| tx.sessions().delete_expired(now, limit)).await
}

async fn given_expired(store: &Arc<dyn Store>, count: u32) {
    let ada = given::ada(store).await;
    for number in 1..=count {
        given::login(store, number, ada, now()).await;
    }
}

#[on_every_store]
async fn every_expired_token_goes_and_one_live_for_a_microsecond_more_stays(store: Arc<dyn Store>) {
    given_expired(&store, 3).await;
    given::login(&store, 4, user_id(1), now().plus(MICROSECOND)).await;
    assert_eq!(delete_expired(&store, now(), 10).await, 3);
    let earlier = just_before(now());
    for number in 1..=3 {
        assert_eq!(find(&store, number, 0, earlier).await, None);
    }
    assert!(find(&store, 4, 0, now()).await.is_some());
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
async fn a_session_left_without_a_token_goes(store: Arc<dyn Store>) {
    given_expired(&store, 1).await;
    delete_expired(&store, now(), 10).await;
    // If the session were still there, both calls would answer true.
    let late = token(1, 1, now().plus(MINUTE));
    assert!(!write(&store, move |tx| tx.sessions().insert_token(&late)).await);
    assert!(!promote(&store, 1, 1, now()).await);
}

#[on_every_store]
async fn a_session_keeps_its_live_token(store: Arc<dyn Store>) {
    given_expired(&store, 1).await;
    let next = token(1, 1, now().plus(MINUTE));
    given::token(&store, &next).await;
    assert_eq!(delete_expired(&store, now(), 10).await, 1);
    assert_eq!(tokens(&store, 1).await, vec![next]);
    assert_eq!(list(&store, user_id(1), now()).await.len(), 1);
}

#[on_every_store]
async fn a_session_cut_off_by_the_limit_goes_in_the_end(store: Arc<dyn Store>) {
    given_expired(&store, 1).await;
    given::token(&store, &token(1, 1, now())).await;
    assert_eq!(delete_expired(&store, now(), 1).await, 1);
    assert_eq!(delete_expired(&store, now(), 1).await, 1);
    let late = token(1, 2, now().plus(MINUTE));
    assert!(!write(&store, move |tx| tx.sessions().insert_token(&late)).await);
}

#[on_every_store]
async fn racing_sweeps_count_each_token_once(store: Arc<dyn Store>) {
    given_expired(&store, 20).await;
    let counts = all((0..8).map(|_| {
        write(&store, |tx| {
            let count = tx.sessions().delete_expired(now(), 20)?;
            linger();
            Ok(count)
        })
    }))
    .await;
    assert_eq!(counts.iter().sum::<usize>(), 20);
}

#[on_every_store]
async fn a_token_added_while_the_last_one_is_swept_is_live_or_refused(store: Arc<dyn Store>) {
    use azuma_testkit::both;

    let ada = given::ada(&store).await;
    for number in 1..=12 {
        given::login(&store, number, ada, now()).await;
        let next = token(number, 1, now().plus(MINUTE));
        let insert = write(&store, move |tx| {
            let answer = tx.sessions().insert_token(&next)?;
            linger();
            Ok(answer)
        });
        let sweep = write(&store, move |tx| {
            let count = tx.sessions().delete_expired(now(), 10)?;
            linger();
            Ok(count)
        });
        let (inserted, _) = both(insert, sweep).await;
        let found = find(&store, number, 1, now()).await;
        assert_eq!(found.is_some(), inserted);
    }
}
