use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::Store;
use azuma_domain::user::{AccountState, DisabledReason, UserId};
use azuma_testkit::sample::{MINUTE, now, user_id, waiting};
use azuma_testkit_macros::on_every_store;

use super::{find, find_by_name, find_holder};
use crate::{given, write};

async fn disable(store: &Arc<dyn Store>, id: UserId, reason: Option<&str>, now: Timestamp) -> bool {
    let reason = reason.map(|text| DisabledReason::parse(text).expect("a reason"));
    write(store, move |tx| {
        tx.users().disable(id, reason.as_ref(), now)
    })
    .await
}

async fn enable(store: &Arc<dyn Store>, id: UserId) -> bool {
    write(store, move |tx| tx.users().enable(id)).await
}

async fn state(store: &Arc<dyn Store>, name: &str) -> AccountState {
    let found = find_by_name(store, name, now()).await;
    found.expect("an account").state
}

#[on_every_store]
async fn a_disabled_account_is_found_with_its_reason_and_others_stay_as_they_are(
    store: Arc<dyn Store>,
) {
    let ada = given::ada(&store).await;
    given::grace(&store).await;
    let before = find(&store, ada).await;
    assert!(disable(&store, ada, Some("spam"), now()).await);
    let spam = DisabledReason::parse("spam").ok();
    assert_eq!(
        state(&store, "ada").await,
        AccountState::Disabled(spam.clone())
    );
    let holder = find_holder(&store, "ada@example.org", now()).await;
    assert_eq!(holder.expect("ada").state, AccountState::Disabled(spam));
    assert_eq!(find(&store, ada).await, before);
    assert_eq!(state(&store, "grace").await, AccountState::Active);
}

#[on_every_store]
async fn it_needs_no_reason(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    assert!(disable(&store, ada, None, now()).await);
    assert_eq!(state(&store, "ada").await, AccountState::Disabled(None));
}

#[on_every_store]
async fn an_account_that_is_disabled_again_gets_the_new_reason(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    assert!(disable(&store, ada, Some("first"), now()).await);
    assert!(disable(&store, ada, Some("second"), now()).await);
    let second = DisabledReason::parse("second").ok();
    assert_eq!(state(&store, "ada").await, AccountState::Disabled(second));
}

#[on_every_store]
async fn neither_a_waiting_account_nor_none_is_disabled(store: Arc<dyn Store>) {
    let until = now().plus(MINUTE);
    given::account(&store, &waiting(1, "ada", until)).await;
    assert!(!disable(&store, user_id(1), None, now()).await);
    assert_eq!(state(&store, "ada").await, AccountState::Pending { until });
    assert!(!disable(&store, user_id(2), None, now()).await);
}

#[on_every_store]
async fn an_enabled_account_is_active_and_may_be_disabled_for_another_reason(
    store: Arc<dyn Store>,
) {
    let ada = given::ada(&store).await;
    disable(&store, ada, Some("first"), now()).await;
    assert!(enable(&store, ada).await);
    assert_eq!(state(&store, "ada").await, AccountState::Active);
    assert!(disable(&store, ada, None, now()).await);
    assert_eq!(state(&store, "ada").await, AccountState::Disabled(None));
}

#[on_every_store]
async fn only_a_disabled_account_is_enabled(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    assert!(!enable(&store, ada).await);
    assert!(!enable(&store, user_id(7)).await);
}
