use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::Store;
use azuma_domain::session::Session;
use azuma_domain::user::UserId;
use azuma_testkit::sample::{DAY, MINUTE, SECOND, now, session, token};
use azuma_testkit_macros::on_every_store;

use super::{a_mere_use, list, numbers, record};
use crate::{given, write};

async fn revoke_least_used(
    store: &Arc<dyn Store>,
    user_id: UserId,
    keep: u32,
    now: Timestamp,
    limit: u32,
) -> usize {
    write(store, move |tx| {
        tx.sessions().revoke_least_used(user_id, keep, now, limit)
    })
    .await
}

/// A session issued so many seconds after `now`, live for a day.
async fn given_session(store: &Arc<dyn Store>, number: u32, user_id: UserId, seconds: u32) {
    let issued = Session {
        created_at: now().plus(SECOND * seconds),
        ..session(number, user_id)
    };
    given::session(store, &issued, &token(number, 0, now().plus(DAY))).await;
}

/// The numbers of the user's sessions, sorted.
async fn left(store: &Arc<dyn Store>, user_id: UserId) -> Vec<u32> {
    let mut left = numbers(&list(store, user_id, now()).await);
    left.sort_unstable();
    left
}

/// Uses a token so many minutes after `now`.
async fn given_use(store: &Arc<dyn Store>, number: u32, generation: u32, minutes: u32) {
    let used = a_mere_use(number, generation, now().plus(MINUTE * minutes));
    record(store, vec![used]).await;
}

#[on_every_store]
async fn those_used_last_are_kept(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for (number, used) in [(1, 4), (2, 1), (3, 5), (4, 2), (5, 3)] {
        given_session(&store, number, ada, number).await;
        given_use(&store, number, 0, used).await;
    }
    assert_eq!(revoke_least_used(&store, ada, 3, now(), 10).await, 2);
    assert_eq!(left(&store, ada).await, [1, 3, 5]);
}

#[on_every_store]
async fn one_never_used_counts_as_used_when_it_was_issued(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given_session(&store, 1, ada, 0).await;
    given_use(&store, 1, 0, 2).await;
    given_session(&store, 2, ada, 60).await;
    given_session(&store, 3, ada, 180).await;
    assert_eq!(revoke_least_used(&store, ada, 2, now(), 10).await, 1);
    assert_eq!(left(&store, ada).await, [1, 3]);
}

#[on_every_store]
async fn the_last_use_of_any_of_its_tokens_counts(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for number in 1..=3 {
        given_session(&store, number, ada, number).await;
        given::token(&store, &token(number, 1, now().plus(DAY))).await;
        given_use(&store, number, 0, 1).await;
    }
    given_use(&store, 1, 1, 9).await;
    given_use(&store, 2, 0, 8).await;
    assert_eq!(revoke_least_used(&store, ada, 2, now(), 10).await, 1);
    assert_eq!(left(&store, ada).await, [1, 2]);
}

#[on_every_store]
async fn an_expired_one_ends_before_any_other(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given_session(&store, 1, ada, 1).await;
    given::login(&store, 2, ada, now().plus(MINUTE)).await;
    given_use(&store, 2, 0, 1).await;
    let later = now().plus(MINUTE);
    assert_eq!(revoke_least_used(&store, ada, 1, later, 10).await, 1);
    assert_eq!(left(&store, ada).await, [1]);
}

#[on_every_store]
async fn a_session_with_a_live_token_is_live_though_another_has_expired(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    given::token(&store, &token(1, 1, now().plus(DAY))).await;
    given::login(&store, 2, ada, now().plus(MINUTE)).await;
    given_use(&store, 2, 0, 1).await;
    let later = now().plus(MINUTE);
    assert_eq!(revoke_least_used(&store, ada, 1, later, 10).await, 1);
    assert_eq!(left(&store, ada).await, [1]);
}

#[on_every_store]
async fn no_session_ends_where_there_are_no_more(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for number in 1..=3 {
        given_session(&store, number, ada, number).await;
    }
    assert_eq!(revoke_least_used(&store, ada, 3, now(), 10).await, 0);
    assert_eq!(left(&store, ada).await, [1, 2, 3]);
}

#[on_every_store]
async fn at_most_the_limit_ends_and_the_rest_the_next_times(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for number in 1..=7 {
        given_session(&store, number, ada, number).await;
    }
    let mut ended = Vec::new();
    for _ in 0..4 {
        ended.push(revoke_least_used(&store, ada, 2, now(), 2).await);
    }
    assert_eq!(ended, [2, 2, 1, 0]);
    assert_eq!(left(&store, ada).await, [6, 7]);
}

#[on_every_store]
async fn other_users_keep_their_sessions(store: Arc<dyn Store>) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    given_session(&store, 1, grace, 1).await;
    given_session(&store, 2, ada, 2).await;
    given_session(&store, 3, ada, 3).await;
    assert_eq!(revoke_least_used(&store, ada, 1, now(), 10).await, 1);
    assert_eq!(left(&store, grace).await, [1]);
}
