use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_domain::user::{AccountState, UserId};
use azuma_testkit::sample::{self, MINUTE, account_with_email, just_before, now, user_id, waiting};
use azuma_testkit_macros::on_every_store;

use super::{find, find_by_email, find_by_name, find_holder};
use crate::{given, look, write};

#[on_every_store]
async fn an_id_finds_its_own_user_and_what_is_unknown_nobody(store: Arc<dyn Store>) {
    given::ada(&store).await;
    let grace = given::grace(&store).await;
    let found = find(&store, grace).await.expect("grace is found");
    assert_eq!(found.name.as_str(), "grace");
    assert_eq!(find(&store, user_id(3)).await, None);
    assert_eq!(find_by_name(&store, "ad", now()).await, None);
    assert_eq!(find_by_email(&store, "a@example.org", now()).await, None);
}

#[on_every_store]
async fn an_id_finds_its_own_credential_whatever_the_state(store: Arc<dyn Store>) {
    given::ada(&store).await;
    given::account(&store, &waiting(3, "alan", now().plus(MINUTE))).await;
    let by_id = |number| {
        look(&store, move |tx| {
            tx.users().find_credential(user_id(number))
        })
    };
    assert_eq!(by_id(1).await, find_by_name(&store, "ada", now()).await);
    assert_eq!(by_id(3).await, find_by_name(&store, "alan", now()).await);
    assert!(by_id(3).await.is_some());
    assert_eq!(by_id(4).await, None);
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
async fn an_id_does_not_find_a_waiting_account(store: Arc<dyn Store>) {
    given::account(&store, &waiting(1, "ada", now().plus(MINUTE))).await;
    assert_eq!(find(&store, user_id(1)).await, None);
}

#[on_every_store]
async fn name_and_address_find_a_waiting_account_until_it_lapses(store: Arc<dyn Store>) {
    // The time asked with decides: by the database's clock the account has long lapsed.
    let until = now().plus(MINUTE);
    given::account(&store, &waiting(1, "ada", until)).await;
    for (at, is_there) in [(just_before(until), true), (until, false)] {
        let by_name = find_by_name(&store, "ada", at).await;
        assert_eq!(by_name.is_some(), is_there);
        let by_email = find_by_email(&store, "ada@example.org", at).await;
        assert_eq!(by_email.is_some(), is_there);
    }
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

/// Who has this address proved.
async fn find_by_proved_email(store: &Arc<dyn Store>, email: &str) -> Option<UserId> {
    let email = sample::email(email);
    let found = look(store, move |tx| tx.users().find_by_proved_email(&email)).await;
    found.map(|credential| credential.user_id)
}

#[on_every_store]
async fn a_proved_address_is_found_in_any_case_and_a_claimed_one_is_not(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::grace(&store).await;
    assert_eq!(find_by_proved_email(&store, "ada@example.org").await, None);
    write(&store, move |tx| tx.users().prove_email(ada, now())).await;
    assert_eq!(
        find_by_proved_email(&store, "ADA@Example.org").await,
        Some(ada)
    );
    assert_eq!(
        find_by_proved_email(&store, "grace@example.org").await,
        None
    );
}

#[on_every_store]
async fn the_address_of_a_waiting_account_is_not_a_proved_one(store: Arc<dyn Store>) {
    let new = waiting(1, "ada", now().plus(MINUTE));
    let id = new.user.id;
    given::account(&store, &new).await;
    write(&store, move |tx| tx.users().prove_email(id, now())).await;
    assert_eq!(find_by_proved_email(&store, "ada@example.org").await, None);
}
