use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_testkit::all;
use azuma_testkit::sample::{MINUTE, now, session_id, token};
use azuma_testkit_macros::on_every_store;

use super::{end, find, is_live, list, numbers};
use crate::{count, given, linger, write};

#[on_every_store]
async fn it_goes_with_all_its_tokens_once_and_the_users_other_sessions_stay(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for number in [1, 2] {
        given::login(&store, number, ada, now().plus(MINUTE)).await;
    }
    given::token(&store, &token(1, 1, now().plus(MINUTE))).await;
    assert!(end(&store, ada, 1).await);
    assert_eq!(find(&store, 1, 0, now()).await, None);
    assert_eq!(find(&store, 1, 1, now()).await, None);
    assert_eq!(numbers(&list(&store, ada, now()).await), [2]);
    for gone_or_unknown in [1, 3] {
        assert!(!end(&store, ada, gone_or_unknown).await);
    }
}

#[on_every_store]
async fn another_users_session_answers_false_and_stays(store: Arc<dyn Store>) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    assert!(!end(&store, grace, 1).await);
    assert!(is_live(&store, 1, now()).await);
}

#[on_every_store]
async fn of_12_racing_calls_one_answers_true(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    let answers = all((0..12).map(|_| {
        write(&store, move |tx| {
            let answer = tx.sessions().revoke(ada, session_id(1))?;
            linger();
            Ok(answer)
        })
    }))
    .await;
    assert_eq!(count(&answers), 1);
}
