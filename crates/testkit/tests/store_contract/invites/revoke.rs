use std::sync::Arc;

use azuma_domain::invite::InviteId;
use azuma_domain::ports::Store;
use azuma_domain::user::User;
use azuma_testkit::all;
use azuma_testkit::sample::{MINUTE, now, user_id};
use azuma_testkit_macros::on_every_store;

use super::{find, invite, invited};
use crate::{look, write};

async fn revoke(store: &Arc<dyn Store>, id: InviteId) -> bool {
    write(store, move |tx| tx.invites().revoke(id)).await
}

async fn user(store: &Arc<dyn Store>, number: u32) -> Option<User> {
    look(store, move |tx| tx.users().find(user_id(number))).await
}

#[on_every_store]
async fn a_revoked_invitation_is_gone_and_its_accounts_stay(store: Arc<dyn Store>) {
    let made = invite(&store, 1, 3, now().plus(MINUTE)).await;
    invite(&store, 2, 3, now().plus(MINUTE)).await;
    invited(&store, 1, &made, None).await;
    assert!(revoke(&store, made.id).await);
    assert_eq!(find(&store, 1, now()).await, None);
    assert!(find(&store, 2, now()).await.is_some());
    assert!(user(&store, 1).await.is_some());
}

#[on_every_store]
async fn of_racing_calls_one_answers_true(store: Arc<dyn Store>) {
    let made = invite(&store, 1, 3, now().plus(MINUTE)).await;
    let racing = (0..8).map(async |_| revoke(&store, made.id).await);
    let answers = all(racing).await;
    assert_eq!(answers.into_iter().filter(|revoked| *revoked).count(), 1);
}
