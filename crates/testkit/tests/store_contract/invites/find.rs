use std::sync::Arc;

use azuma_domain::invite::UsedInvite;
use azuma_domain::ports::Store;
use azuma_testkit::sample::{MINUTE, just_before, now};
use azuma_testkit_macros::on_every_store;

use super::{find, invite, invited, list};

#[on_every_store]
async fn an_invitation_is_found_by_its_code_until_it_expires(store: Arc<dyn Store>) {
    let expires_at = now().plus(MINUTE);
    let made = invite(&store, 1, 3, expires_at).await;
    let found = find(&store, 1, just_before(expires_at)).await;
    let unused = UsedInvite {
        invite: made,
        accounts: 0,
    };
    assert_eq!(found, Some(unused));
    assert_eq!(find(&store, 1, expires_at).await, None);
    assert_eq!(find(&store, 2, now()).await, None);
}

#[on_every_store]
async fn its_accounts_are_counted_until_they_lapse(store: Arc<dyn Store>) {
    let made = invite(&store, 1, 3, now().plus(60 * MINUTE)).await;
    let other = invite(&store, 2, 3, now().plus(60 * MINUTE)).await;
    invited(&store, 1, &made, None).await;
    invited(&store, 2, &made, Some(now().plus(MINUTE))).await;
    invited(&store, 3, &other, None).await;
    let count = async |at| find(&store, 1, at).await.expect("an invitation").accounts;
    assert_eq!(count(now()).await, 2);
    assert_eq!(count(now().plus(MINUTE)).await, 1);
}

#[on_every_store]
async fn those_that_work_are_listed_the_newest_first(store: Arc<dyn Store>) {
    let later = now().plus(60 * MINUTE);
    let first = invite(&store, 1, 1, later).await;
    invite(&store, 2, 1, now().plus(MINUTE)).await;
    let third = invite(&store, 3, 1, later).await;
    let at = now().plus(MINUTE);
    assert_eq!(list(&store, at, 9).await, [third.clone(), first]);
    assert_eq!(list(&store, at, 1).await, [third]);
}
