use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::Store;
use azuma_testkit::sample::{MINUTE, just_before, now, user_id};
use azuma_testkit_macros::on_every_store;

use super::{invite, invited, list};
use crate::{look, write};

async fn delete_expired(store: &Arc<dyn Store>, now: Timestamp, limit: u32) -> usize {
    write(store, move |tx| tx.invites().delete_expired(now, limit)).await
}

#[on_every_store]
async fn what_has_expired_is_deleted_and_its_accounts_stay(store: Arc<dyn Store>) {
    let expires_at = now().plus(MINUTE);
    let first = invite(&store, 1, 1, expires_at).await;
    let second = invite(&store, 2, 1, expires_at.plus(MINUTE)).await;
    invited(&store, 1, &first, None).await;
    assert_eq!(delete_expired(&store, just_before(expires_at), 9).await, 0);
    assert_eq!(delete_expired(&store, expires_at, 9).await, 1);
    assert_eq!(list(&store, now(), 9).await, [second]);
    let user = look(&store, move |tx| tx.users().find(user_id(1))).await;
    assert!(user.is_some());
}

#[on_every_store]
async fn no_more_than_the_limit_are_deleted(store: Arc<dyn Store>) {
    for number in 1..=3 {
        invite(&store, number, 1, now()).await;
    }
    assert_eq!(delete_expired(&store, now(), 2).await, 2);
    assert_eq!(delete_expired(&store, now(), 2).await, 1);
}
