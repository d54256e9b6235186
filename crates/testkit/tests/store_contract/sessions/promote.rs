use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_domain::token::Generation;
use azuma_testkit::all;
use azuma_testkit::sample::{self, DAY, MINUTE, just_before, now, session_id, token};
use azuma_testkit_macros::on_every_store;

use super::{end, expiry, find, listed, promote};
use crate::{count, given, linger, write};

/// Session 1 with its first token live for a week, and the next one for a month.
async fn given_a_next_token(store: &Arc<dyn Store>) {
    let ada = given::ada(store).await;
    given::login(store, 1, ada, now().plus(7 * DAY)).await;
    given::token(store, &token(1, 1, now().plus(30 * DAY))).await;
}

#[on_every_store]
async fn the_next_token_becomes_current_and_the_old_one_expires_when_it_is_told_to(
    store: Arc<dyn Store>,
) {
    given_a_next_token(&store).await;
    assert!(promote(&store, 1, 1, now().plus(MINUTE)).await);
    let found = find(&store, 1, 1, now()).await.expect("it is live");
    assert_eq!(found.current, Generation::new(1));
    assert_eq!(found.token.expires_at, now().plus(30 * DAY));
    assert_eq!(expiry(&store, 1, 0).await, now().plus(MINUTE));
}

#[on_every_store]
async fn an_old_token_that_expires_sooner_keeps_its_own_end(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let own_end = just_before(now().plus(MINUTE));
    given::login(&store, 1, ada, own_end).await;
    given::token(&store, &token(1, 1, now().plus(30 * DAY))).await;
    promote(&store, 1, 1, now().plus(MINUTE)).await;
    assert_eq!(expiry(&store, 1, 0).await, own_end);
}

#[on_every_store]
async fn an_old_token_that_has_expired_stays_expired(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now()).await;
    given::token(&store, &token(1, 1, now().plus(30 * DAY))).await;
    assert!(promote(&store, 1, 1, now().plus(MINUTE)).await);
    assert_eq!(find(&store, 1, 0, now()).await, None);
}

#[on_every_store]
async fn other_sessions_stay_as_they_were(store: Arc<dyn Store>) {
    given_a_next_token(&store).await;
    given::login(&store, 2, sample::user_id(1), now().plus(7 * DAY)).await;
    promote(&store, 1, 1, now().plus(MINUTE)).await;
    let found = find(&store, 2, 0, now()).await.expect("it is live");
    let stays = sample::session(2, sample::user_id(1));
    assert_eq!(listed(&store, stays.user_id, stays.id).await, stays);
    assert_eq!(found.token, token(2, 0, now().plus(7 * DAY)));
}

#[on_every_store]
async fn a_long_chain_ends_each_old_token_in_its_turn(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(30 * DAY)).await;
    for generation in 1..=6 {
        given::token(&store, &token(1, generation, now().plus(30 * DAY))).await;
        let grace = now().plus(generation * MINUTE);
        assert!(promote(&store, 1, generation, grace).await);
    }
    for generation in 0..6 {
        let expected = now().plus((generation + 1) * MINUTE);
        assert_eq!(expiry(&store, 1, generation).await, expected);
    }
}

#[on_every_store]
async fn the_current_generation_and_one_before_it_answer_false_and_shorten_nothing(
    store: Arc<dyn Store>,
) {
    given_a_next_token(&store).await;
    promote(&store, 1, 1, now().plus(2 * MINUTE)).await;
    for generation in [0, 1] {
        assert!(!promote(&store, 1, generation, now().plus(MINUTE)).await);
    }
    assert_eq!(expiry(&store, 1, 0).await, now().plus(2 * MINUTE));
    assert_eq!(expiry(&store, 1, 1).await, now().plus(30 * DAY));
}

#[on_every_store]
async fn an_unknown_session_and_an_ended_one_answer_false(store: Arc<dyn Store>) {
    given_a_next_token(&store).await;
    end(&store, sample::user_id(1), 1).await;
    for session in [1, 2] {
        assert!(!promote(&store, session, 1, now().plus(MINUTE)).await);
    }
}

#[on_every_store]
async fn of_24_racing_calls_one_answers_true(store: Arc<dyn Store>) {
    given_a_next_token(&store).await;
    let answers = race(&store).await;
    assert_eq!(count(&answers), 1);
    let winner = (1..).zip(answers).find(|(_, answer)| *answer);
    let (number, _) = winner.expect("one answers true");
    assert_eq!(expiry(&store, 1, 0).await, now().plus(number * MINUTE));
}

/// 24 promotions at the same time, each with another expiry for the old token.
async fn race(store: &Arc<dyn Store>) -> Vec<bool> {
    all((1..=24).map(|number| {
        write(store, move |tx| {
            let old_expire_at = now().plus(number * MINUTE);
            let to = Generation::new(1);
            let answer = tx.sessions().promote(session_id(1), to, old_expire_at)?;
            linger();
            Ok(answer)
        })
    }))
    .await
}
