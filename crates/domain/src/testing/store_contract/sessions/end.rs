use std::sync::Arc;

use super::{end, find, is_live, list, numbers};
use crate::ports::Store;
use crate::session::SessionId;
use crate::testing::all;
use crate::testing::sample::{MINUTE, now, session_id, token};
use crate::testing::store_contract::{count, given, linger, write};
use crate::user::UserId;

/// The ids that ending all but `except` answers, sorted.
async fn end_all(store: &Arc<dyn Store>, user_id: UserId, except: Option<u32>) -> Vec<SessionId> {
    let except = except.map(session_id);
    let mut ended = write(store, move |tx| tx.sessions().end_all(user_id, except)).await;
    ended.sort();
    ended
}

pub async fn none_of_its_tokens_is_found_any_more(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    given::token(&store, &token(1, 1, now().plus(MINUTE))).await;
    assert!(end(&store, ada, 1).await);
    assert_eq!(find(&store, 1, 0, now()).await, None);
    assert_eq!(find(&store, 1, 1, now()).await, None);
}

pub async fn the_users_other_sessions_stay(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    given::login(&store, 2, ada, now().plus(MINUTE)).await;
    end(&store, ada, 1).await;
    assert_eq!(numbers(&list(&store, ada, now()).await), [2]);
}

pub async fn another_users_session_answers_false(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let grace = given::grace(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    assert!(!end(&store, grace, 1).await);
}

pub async fn another_users_session_stays(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let grace = given::grace(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    end(&store, grace, 1).await;
    assert!(is_live(&store, 1, now()).await);
}

pub async fn an_unknown_session_answers_false(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    assert!(!end(&store, ada, 1).await);
}

pub async fn the_second_call_answers_false(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    end(&store, ada, 1).await;
    assert!(!end(&store, ada, 1).await);
}

pub async fn of_12_racing_calls_one_answers_true(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    let answers = all((0..12).map(|_| {
        write(&store, move |tx| {
            let answer = tx.sessions().end(ada, session_id(1))?;
            linger();
            Ok(answer)
        })
    }))
    .await;
    assert_eq!(count(&answers), 1);
}

pub async fn all_of_the_users_sessions_end(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for number in 1..=3 {
        given::login(&store, number, ada, now().plus(MINUTE)).await;
    }
    end_all(&store, ada, None).await;
    for number in 1..=3 {
        assert_eq!(find(&store, number, 0, now()).await, None);
    }
}

pub async fn all_but_the_one_excepted_end(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for number in 1..=3 {
        given::login(&store, number, ada, now().plus(MINUTE)).await;
    }
    end_all(&store, ada, Some(2)).await;
    assert_eq!(numbers(&list(&store, ada, now()).await), [2]);
}

pub async fn the_ids_of_those_ended_are_answered(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for number in 1..=3 {
        given::login(&store, number, ada, now().plus(MINUTE)).await;
    }
    let ended = end_all(&store, ada, Some(2)).await;
    assert_eq!(ended, [session_id(1), session_id(3)]);
}

pub async fn the_id_of_a_session_with_several_tokens_is_answered_once(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    given::token(&store, &token(1, 1, now().plus(MINUTE))).await;
    assert_eq!(end_all(&store, ada, None).await, [session_id(1)]);
}

pub async fn no_id_is_answered_where_there_is_none(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    assert_eq!(end_all(&store, ada, None).await, []);
}

pub async fn other_users_keep_their_sessions_where_all_end(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let grace = given::grace(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    given::login(&store, 2, grace, now().plus(MINUTE)).await;
    assert_eq!(end_all(&store, ada, None).await, [session_id(1)]);
    assert!(is_live(&store, 2, now()).await);
}

pub async fn racing_calls_answer_each_id_once(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for number in 1..=20 {
        given::login(&store, number, ada, now().plus(MINUTE)).await;
    }
    let ended = all((0..8).map(|_| {
        write(&store, move |tx| {
            let ended = tx.sessions().end_all(ada, None)?;
            linger();
            Ok(ended)
        })
    }))
    .await;
    let mut ended = ended.concat();
    ended.sort();
    let expected: Vec<SessionId> = (1..=20).map(session_id).collect();
    assert_eq!(ended, expected);
}
