use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_domain::user::UserId;
use azuma_testkit::sample::{MINUTE, now, session_id};
use azuma_testkit_macros::on_every_store;

use super::{is_live, list};
use crate::{given, write};

/// Revokes all sessions but `keep` of them and `except`; answers how many.
async fn revoke_surplus(
    store: &Arc<dyn Store>,
    user_id: UserId,
    except: Option<u32>,
    keep: u32,
    limit: u32,
) -> usize {
    let except = except.map(session_id);
    write(store, move |tx| {
        tx.sessions().revoke_surplus(user_id, except, keep, limit)
    })
    .await
}

async fn given_logins(store: &Arc<dyn Store>, count: u32) -> UserId {
    let ada = given::ada(store).await;
    for number in 1..=count {
        given::login(store, number, ada, now().plus(MINUTE)).await;
    }
    ada
}

#[on_every_store]
async fn as_many_are_left_as_are_to_be_kept(store: Arc<dyn Store>) {
    let ada = given_logins(&store, 5).await;
    assert_eq!(revoke_surplus(&store, ada, None, 2, 10).await, 3);
    assert_eq!(list(&store, ada, now()).await.len(), 2);
}

#[on_every_store]
async fn the_one_excepted_stays_beside_them(store: Arc<dyn Store>) {
    for excepted in 1..=5 {
        let user = azuma_testkit::sample::account(excepted, &format!("user{excepted}"));
        given::account(&store, &user).await;
        let sessions = excepted * 10..excepted * 10 + 5;
        for number in sessions.clone() {
            given::login(&store, number, user.user.id, now().plus(MINUTE)).await;
        }
        let spared = sessions.start + excepted - 1;
        assert_eq!(
            revoke_surplus(&store, user.user.id, Some(spared), 1, 10).await,
            3
        );
        assert!(is_live(&store, spared, now()).await);
        assert_eq!(list(&store, user.user.id, now()).await.len(), 2);
    }
}

#[on_every_store]
async fn at_most_the_limit_ends_and_the_rest_the_next_times(store: Arc<dyn Store>) {
    let ada = given_logins(&store, 7).await;
    let mut ended = Vec::new();
    for _ in 0..4 {
        ended.push(revoke_surplus(&store, ada, None, 2, 2).await);
    }
    assert_eq!(ended, [2, 2, 1, 0]);
}

#[on_every_store]
async fn no_session_ends_where_there_are_no_more(store: Arc<dyn Store>) {
    let ada = given_logins(&store, 3).await;
    assert_eq!(revoke_surplus(&store, ada, None, 3, 10).await, 0);
    assert_eq!(revoke_surplus(&store, ada, Some(1), 2, 10).await, 0);
    assert_eq!(list(&store, ada, now()).await.len(), 3);
}

#[on_every_store]
async fn other_users_keep_their_sessions(store: Arc<dyn Store>) {
    let ada = given_logins(&store, 2).await;
    let grace = given::grace(&store).await;
    given::login(&store, 3, grace, now().plus(MINUTE)).await;
    assert_eq!(revoke_surplus(&store, ada, None, 0, 10).await, 2);
    assert!(is_live(&store, 3, now()).await);
}
