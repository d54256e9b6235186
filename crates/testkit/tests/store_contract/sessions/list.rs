use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_domain::session::{ListedSession, Session};
use azuma_testkit::sample::{DAY, MICROSECOND, MINUTE, just_before, now, session, token, user_id};
use azuma_testkit_macros::on_every_store;

use super::{a_use, list, numbers, promote, record};
use crate::{given, look};

#[on_every_store]
async fn a_session_comes_with_its_token_to_its_own_user_until_it_expires(store: Arc<dyn Store>) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    let end = now().plus(MINUTE);
    given::login(&store, 1, ada, end).await;
    let expected = ListedSession {
        session: session(1, ada),
        token: token(1, 0, end),
        last_used_at: None,
    };
    assert_eq!(list(&store, ada, just_before(end)).await, vec![expected]);
    assert_eq!(list(&store, ada, end).await, vec![]);
    assert_eq!(list(&store, grace, now()).await, vec![]);
}

#[on_every_store]
async fn the_newest_comes_first(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for (number, age) in [(1, 2), (2, 0), (3, 3), (4, 1)] {
        let issued = Session {
            created_at: now().plus(MICROSECOND * (3 - age)),
            ..session(number, ada)
        };
        given::session(&store, &issued, &token(number, 0, now().plus(DAY))).await;
    }
    assert_eq!(numbers(&list(&store, ada, now()).await), [2, 4, 1, 3]);
}

#[on_every_store]
async fn a_session_comes_once_with_its_current_token_to_its_last_microsecond(
    store: Arc<dyn Store>,
) {
    given_old_current_and_next(&store).await;
    for at in [now(), just_before(now().plus(2 * DAY))] {
        let listed = list(&store, user_id(1), at).await;
        assert_eq!(numbers(&listed), [1]);
        assert_eq!(listed[0].token, token(1, 1, now().plus(2 * DAY)));
    }
}

#[on_every_store]
async fn the_next_token_stands_for_it_once_the_current_has_expired(store: Arc<dyn Store>) {
    given_old_current_and_next(&store).await;
    let end_of_current = now().plus(2 * DAY);
    let listed = list(&store, user_id(1), end_of_current).await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].token, token(1, 2, now().plus(3 * DAY)));
    assert_eq!(listed[0].session.generation.number(), 1);
}

#[on_every_store]
async fn the_last_use_is_the_latest_of_any_of_its_tokens(store: Arc<dyn Store>) {
    for latest in 0..3 {
        given_old_current_and_next_of(&store, latest + 1).await;
        for generation in 0..3 {
            let minutes = if generation == latest { 9 } else { generation };
            let used = a_use(
                latest + 1,
                generation,
                now().plus(minutes * MINUTE),
                now().plus(MINUTE),
            );
            record(&store, vec![used]).await;
        }
        let listed = list(&store, user_id(latest + 1), now()).await;
        assert_eq!(listed[0].last_used_at, Some(now().plus(9 * MINUTE)));
    }
}

#[on_every_store]
async fn the_tokens_own_last_use_is_its_own(store: Arc<dyn Store>) {
    given_old_current_and_next(&store).await;
    let old_use = a_use(1, 0, now().plus(MINUTE), now().plus(MINUTE));
    record(&store, vec![old_use]).await;
    let listed = list(&store, user_id(1), now()).await;
    assert_eq!(listed[0].token.last_used_at, None);
}

#[on_every_store]
async fn the_limit_cuts_off_the_older_ones(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for number in 1..=5 {
        let issued = Session {
            created_at: now().plus(MICROSECOND * number),
            ..session(number, ada)
        };
        given::session(&store, &issued, &token(number, 0, now().plus(DAY))).await;
        given::token(&store, &token(number, 1, now().plus(DAY))).await;
    }
    let listed = look(&store, move |tx| tx.sessions().list(ada, now(), 3)).await;
    assert_eq!(numbers(&listed), [5, 4, 3]);
}

#[on_every_store]
async fn expired_sessions_do_not_count_against_the_limit(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    for number in 2..=5 {
        given::login(&store, number, ada, now()).await;
    }
    let listed = look(&store, move |tx| tx.sessions().list(ada, now(), 1)).await;
    assert_eq!(numbers(&listed), [1]);
}

/// Session 1 of user 1 with three live tokens: an old one for a day, the current one for two, the next for three.
async fn given_old_current_and_next(store: &Arc<dyn Store>) {
    given_old_current_and_next_of(store, 1).await;
}

/// The same, for the user and the session with this number.
async fn given_old_current_and_next_of(store: &Arc<dyn Store>, number: u32) {
    use azuma_testkit::sample::account;

    given::account(store, &account(number, &format!("user{number}"))).await;
    given::login(store, number, user_id(number), now().plus(DAY)).await;
    given::token(store, &token(number, 1, now().plus(2 * DAY))).await;
    promote(store, number, 1, now().plus(DAY)).await;
    given::token(store, &token(number, 2, now().plus(3 * DAY))).await;
}
