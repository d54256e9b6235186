use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::invite::UsedInvite;
use azuma_domain::ports::{NewUser, Store};
use azuma_testkit::all;
use azuma_testkit::sample::{MINUTE, account, just_before, now};
use azuma_testkit_macros::on_every_store;

use super::{code, find, invite};
use crate::{linger, write};

async fn lock(store: &Arc<dyn Store>, number: u32, now: Timestamp) -> Option<UsedInvite> {
    let hash = code(number).hash();
    write(store, move |tx| tx.invites().lock(&hash, now)).await
}

#[on_every_store]
async fn it_finds_what_find_finds(store: Arc<dyn Store>) {
    let expires_at = now().plus(MINUTE);
    invite(&store, 1, 3, expires_at).await;
    let last = just_before(expires_at);
    assert_eq!(lock(&store, 1, last).await, find(&store, 1, last).await);
    assert_eq!(lock(&store, 1, expires_at).await, None);
    assert_eq!(lock(&store, 2, now()).await, None);
}

/// Adds an account if the invitation has room for it, as registering does. Answers whether it had.
async fn add(store: &Arc<dyn Store>, number: u32) -> bool {
    let hash = code(1).hash();
    write(store, move |tx| {
        let found = tx.invites().lock(&hash, now())?.expect("an invitation");
        linger();
        if !found.has_room() {
            return Ok(false);
        }
        let new = NewUser {
            invite: Some(found.invite.id),
            ..account(number, &format!("ada-{number}"))
        };
        tx.users().insert(&new).expect("a free name");
        Ok(true)
    })
    .await
}

#[on_every_store]
async fn whoever_waits_for_the_lock_counts_the_accounts_that_were_added_meanwhile(
    store: Arc<dyn Store>,
) {
    invite(&store, 1, 3, now().plus(MINUTE)).await;
    let racing = (1..=8).map(async |number| add(&store, number).await);
    let added = all(racing).await.into_iter().filter(|added| *added);
    assert_eq!(added.count(), 3);
}
