use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_domain::user::AccountState;
use azuma_testkit::sample::{MINUTE, account_with_email, just_before, now, user_id, waiting};
use azuma_testkit_macros::on_every_store;

use super::{find, find_by_email, find_by_name, find_holder};
use crate::given;

#[on_every_store]
async fn an_unknown_id_finds_nobody(store: Arc<dyn Store>) {
    given::ada(&store).await;
    assert_eq!(find(&store, user_id(2)).await, None);
}

#[on_every_store]
async fn an_unknown_name_finds_nobody(store: Arc<dyn Store>) {
    given::ada(&store).await;
    assert_eq!(find_by_name(&store, "ad", now()).await, None);
}

#[on_every_store]
async fn an_unknown_address_finds_nobody(store: Arc<dyn Store>) {
    given::ada(&store).await;
    assert_eq!(find_by_email(&store, "a@example.org", now()).await, None);
}

#[on_every_store]
async fn an_id_finds_its_own_user(store: Arc<dyn Store>) {
    given::ada(&store).await;
    let grace = given::grace(&store).await;
    let found = find(&store, grace).await.expect("grace is found");
    assert_eq!(found.name.as_str(), "grace");
}

#[on_every_store]
async fn a_name_finds_its_own_user_in_any_case(store: Arc<dyn Store>) {
    given::grace(&store).await;
    given::account(&store, &account_with_email(3, "Ünal", "unal@example.org")).await;
    for name in ["Ünal", "ünal", "üNAL"] {
        let found = find_by_name(&store, name, now()).await;
        assert_eq!(found.map(|found| found.user_id), Some(user_id(3)));
    }
}

#[on_every_store]
async fn an_address_finds_its_own_user_in_any_case(store: Arc<dyn Store>) {
    given::grace(&store).await;
    given::account(&store, &account_with_email(3, "unal", "Unal@Example.org")).await;
    for email in ["Unal@Example.org", "unal@example.org", "UNAL@EXAMPLE.ORG"] {
        assert_eq!(find_by_email(&store, email, now()).await, Some(user_id(3)));
    }
}

#[on_every_store]
async fn a_name_finds_a_user_as_active(store: Arc<dyn Store>) {
    given::ada(&store).await;
    let found = find_by_name(&store, "ada", now()).await.expect("ada");
    assert_eq!(found.state, AccountState::Active);
}

#[on_every_store]
async fn an_id_does_not_find_a_waiting_account(store: Arc<dyn Store>) {
    given::account(&store, &waiting(1, "ada", now().plus(MINUTE))).await;
    assert_eq!(find(&store, user_id(1)).await, None);
}

#[on_every_store]
async fn an_id_does_not_find_a_lapsed_account(store: Arc<dyn Store>) {
    given::account(&store, &waiting(1, "ada", now())).await;
    assert_eq!(find(&store, user_id(1)).await, None);
}

#[on_every_store]
async fn a_name_finds_an_account_that_waits_for_a_microsecond_more(store: Arc<dyn Store>) {
    let until = now().plus(MINUTE);
    given::account(&store, &waiting(1, "ada", until)).await;
    let found = find_by_name(&store, "ada", just_before(until)).await;
    assert_eq!(found.map(|found| found.user_id), Some(user_id(1)));
}

#[on_every_store]
async fn a_name_does_not_find_an_account_that_lapses_now(store: Arc<dyn Store>) {
    given::account(&store, &waiting(1, "ada", now())).await;
    assert_eq!(find_by_name(&store, "ada", now()).await, None);
}

#[on_every_store]
async fn an_address_is_told_as_its_account_wrote_it(store: Arc<dyn Store>) {
    given::account(&store, &account_with_email(1, "ada", "Ada@Example.org")).await;
    let holder = find_holder(&store, "aDA@eXAMPLE.org", now()).await;
    let email = holder.expect("ada has it").email;
    assert_eq!(email.as_str(), "Ada@Example.org");
}

#[on_every_store]
async fn an_address_tells_whether_its_account_waits(store: Arc<dyn Store>) {
    let until = now().plus(MINUTE);
    given::account(&store, &waiting(1, "ada", until)).await;
    given::grace(&store).await;
    let state = async |email| {
        let holder = find_holder(&store, email, now()).await;
        holder.map(|holder| holder.state)
    };
    let ada = state("ada@example.org").await;
    assert_eq!(ada, Some(AccountState::Pending { until }));
    assert_eq!(state("grace@example.org").await, Some(AccountState::Active));
}

#[on_every_store]
async fn an_address_finds_an_account_that_waits_for_a_microsecond_more(store: Arc<dyn Store>) {
    let until = now().plus(MINUTE);
    given::account(&store, &waiting(1, "ada", until)).await;
    let found = find_by_email(&store, "ada@example.org", just_before(until)).await;
    assert_eq!(found, Some(user_id(1)));
}

#[on_every_store]
async fn an_address_does_not_find_an_account_that_lapses_now(store: Arc<dyn Store>) {
    given::account(&store, &waiting(1, "ada", now())).await;
    assert_eq!(find_by_email(&store, "ada@example.org", now()).await, None);
}

#[on_every_store]
async fn the_time_asked_with_decides_not_the_time_it_is(store: Arc<dyn Store>) {
    let until = now().plus(MINUTE);
    given::account(&store, &waiting(1, "ada", until)).await;
    // Both have long passed by the database's clock.
    assert!(find_by_name(&store, "ada", now()).await.is_some());
    assert!(find_by_name(&store, "ada", until).await.is_none());
}
