use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_testkit::all;
use azuma_testkit::sample::{MINUTE, now};
use azuma_testkit_macros::on_every_store;

use super::is_live;
use crate::{given, linger, write};

async fn revoke_issued_before(store: &Arc<dyn Store>, limit: u32) -> usize {
    write(store, move |tx| {
        tx.sessions()
            .revoke_issued_before(now().plus(MINUTE), limit)
    })
    .await
}

/// Two sessions of `ada` and one of `grace`.
async fn given_three(store: &Arc<dyn Store>) {
    let (ada, grace) = (given::ada(store).await, given::grace(store).await);
    for (number, user_id) in [(1, ada), (2, grace), (3, ada)] {
        given::login(store, number, user_id, now().plus(MINUTE)).await;
    }
}

#[on_every_store]
async fn every_users_sessions_end_but_those_issued_at_the_time_given_or_later(
    store: Arc<dyn Store>,
) {
    given_three(&store).await;
    let ended = write(&store, |tx| tx.sessions().revoke_issued_before(now(), 10)).await;
    assert_eq!(ended, 0);
    assert!(is_live(&store, 1, now()).await);
    assert_eq!(revoke_issued_before(&store, 10).await, 3);
    for number in 1..=3 {
        assert!(!is_live(&store, number, now()).await);
    }
}

#[on_every_store]
async fn at_most_the_limit_ends_and_the_rest_the_next_times(store: Arc<dyn Store>) {
    given_three(&store).await;
    let mut ended = Vec::new();
    for _ in 0..3 {
        ended.push(revoke_issued_before(&store, 2).await);
    }
    assert_eq!(ended, [2, 1, 0]);
}

#[on_every_store]
async fn racing_calls_count_each_session_once(store: Arc<dyn Store>) {
    given_three(&store).await;
    let ended = all((0..6).map(|_| {
        write(&store, |tx| {
            let ended = tx.sessions().revoke_issued_before(now().plus(MINUTE), 10)?;
            linger();
            Ok(ended)
        })
    }))
    .await;
    assert_eq!(ended.iter().sum::<usize>(), 3);
}
