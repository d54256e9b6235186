use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_domain::user::UserId;
use azuma_testkit::all;
use azuma_testkit::sample::{MINUTE, now, session_id, token};
use azuma_testkit_macros::on_every_store;

use super::{is_live, list, numbers};
use crate::{given, linger, write};

/// Revokes all sessions but `except`; answers how many.
async fn revoke_all(store: &Arc<dyn Store>, user_id: UserId, except: Option<u32>) -> usize {
    let except = except.map(session_id);
    write(store, move |tx| tx.sessions().revoke_all(user_id, except)).await
}

async fn given_logins(store: &Arc<dyn Store>, count: u32) -> UserId {
    let ada = given::ada(store).await;
    for number in 1..=count {
        given::login(store, number, ada, now().plus(MINUTE)).await;
    }
    ada
}

#[on_every_store]
async fn all_but_the_one_excepted_end_and_are_counted(store: Arc<dyn Store>) {
    let ada = given_logins(&store, 3).await;
    given::token(&store, &token(1, 1, now().plus(MINUTE))).await;
    assert_eq!(revoke_all(&store, ada, Some(2)).await, 2);
    assert_eq!(numbers(&list(&store, ada, now()).await), [2]);
    assert_eq!(revoke_all(&store, ada, None).await, 1);
    assert_eq!(list(&store, ada, now()).await, vec![]);
    assert_eq!(revoke_all(&store, ada, None).await, 0);
}

#[on_every_store]
async fn other_users_keep_their_sessions(store: Arc<dyn Store>) {
    let ada = given_logins(&store, 1).await;
    let grace = given::grace(&store).await;
    given::login(&store, 2, grace, now().plus(MINUTE)).await;
    assert_eq!(revoke_all(&store, ada, None).await, 1);
    assert!(is_live(&store, 2, now()).await);
}

#[on_every_store]
async fn racing_calls_count_each_session_once(store: Arc<dyn Store>) {
    let ada = given_logins(&store, 20).await;
    let ended = all((0..8).map(|_| {
        write(&store, move |tx| {
            let ended = tx.sessions().revoke_all(ada, None)?;
            linger();
            Ok(ended)
        })
    }))
    .await;
    assert_eq!(ended.iter().sum::<usize>(), 20);
}
