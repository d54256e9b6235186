use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::{Conflict, Store};
use azuma_domain::user::AccountState;
use azuma_testkit::sample::{self, MINUTE, account, account_with_email, now, waiting};
use azuma_testkit_macros::on_every_store;

use super::{find, find_by_email, find_by_name, insert};
use crate::given;

#[on_every_store]
async fn a_new_user_comes_back_as_written(store: Arc<dyn Store>) {
    let mut new = account_with_email(1, "Ada", "Ada@Example.org");
    new.user.icon = Some(sample::icon("https://example.org/ada.png"));
    new.user.status = Some(sample::status("I'm stuff"));
    given::account(&store, &new).await;
    assert_eq!(find(&store, new.user.id).await, Some(new.user));
}

#[on_every_store]
async fn an_icon_and_a_status_come_back_empty_or_not_at_all_as_written(store: Arc<dyn Store>) {
    let without = account(1, "ada");
    let mut empty = account(2, "grace");
    empty.user.icon = Some(sample::icon(""));
    empty.user.status = Some(sample::status(""));
    for new in [without, empty] {
        given::account(&store, &new).await;
        assert_eq!(find(&store, new.user.id).await, Some(new.user));
    }
}

#[on_every_store]
async fn names_of_every_script_come_back_as_written(store: Arc<dyn Store>) {
    for (number, text) in (1..).zip(["Ζωή", "Łukasz", "محمد", "さくら", "Ünïcødé", "𐐀𐐁", "नमस्ते"])
    {
        let new = account(number, text);
        given::account(&store, &new).await;
        assert_eq!(find(&store, new.user.id).await, Some(new.user));
    }
}

#[on_every_store]
async fn the_longest_values_come_back_as_written(store: Arc<dyn Store>) {
    let label = "d".repeat(63);
    let domain = format!("{label}.{label}.{label}");
    let mut new = account_with_email(
        1,
        &"Ж".repeat(64),
        &format!("{}@{domain}", "l".repeat(253 - domain.len())),
    );
    new.user.icon = Some(sample::icon(&"i".repeat(2_048)));
    new.user.status = Some(sample::status(&"𝄞".repeat(256)));
    given::account(&store, &new).await;
    assert_eq!(find(&store, new.user.id).await, Some(new.user));
}

#[on_every_store]
async fn the_time_of_registration_comes_back_to_the_microsecond(store: Arc<dyn Store>) {
    let first = Timestamp::from_micros(0);
    let last = Timestamp::from_micros(i64::MAX);
    for (number, name, time) in [(1, "first", first), (2, "seed", now()), (3, "last", last)] {
        let mut new = account(number, name);
        new.user.created_at = time;
        given::account(&store, &new).await;
        let found = find(&store, new.user.id).await;
        assert_eq!(found.map(|user| user.created_at), Some(time));
    }
}

#[on_every_store]
async fn the_password_hash_comes_back_as_written(store: Arc<dyn Store>) {
    let mut new = account(1, "ada");
    new.password_hash = sample::password_hash("v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA+/");
    given::account(&store, &new).await;
    let found = find_by_name(&store, "ada", now()).await;
    let found = found.expect("ada is found").password_hash;
    assert_eq!(found.as_phc(), new.password_hash.as_phc());
}

#[on_every_store]
async fn the_end_of_the_wait_comes_back_to_the_microsecond(store: Arc<dyn Store>) {
    let until = now().plus(10 * MINUTE);
    given::account(&store, &waiting(1, "ada", until)).await;
    let found = find_by_name(&store, "ada", now()).await;
    let state = found.expect("ada is found").state;
    assert_eq!(state, AccountState::Pending { until });
}

#[on_every_store]
async fn a_taken_name_is_refused_in_another_case(store: Arc<dyn Store>) {
    given::account(&store, &account(1, "Žofie")).await;
    let refused = insert(&store, &account(2, "žOFIE")).await;
    assert_eq!(refused, Err(Conflict::Name));
}

#[on_every_store]
async fn a_taken_address_is_refused_in_another_case(store: Arc<dyn Store>) {
    given::ada(&store).await;
    let refused = insert(&store, &account_with_email(2, "eve", "ADA@Example.ORG")).await;
    assert_eq!(refused, Err(Conflict::Email));
}

#[on_every_store]
async fn where_one_account_holds_both_the_name_is_refused(store: Arc<dyn Store>) {
    given::ada(&store).await;
    let refused = insert(&store, &account_with_email(2, "ada", "ada@example.org")).await;
    assert_eq!(refused, Err(Conflict::Name));
}

#[on_every_store]
async fn where_two_accounts_hold_them_the_name_is_refused(store: Arc<dyn Store>) {
    given::ada(&store).await;
    given::grace(&store).await;
    for (name, email) in [("ada", "grace@example.org"), ("grace", "ada@example.org")] {
        let refused = insert(&store, &account_with_email(3, name, email)).await;
        assert_eq!(refused, Err(Conflict::Name));
    }
}

#[on_every_store]
async fn users_without_an_address_do_not_conflict(store: Arc<dyn Store>) {
    given::account(&store, &account(1, "ada")).await;
    assert_eq!(insert(&store, &account(2, "grace")).await, Ok(()));
}

#[on_every_store]
async fn names_that_only_look_alike_do_not_conflict(store: Arc<dyn Store>) {
    given::account(&store, &account(1, "a_b")).await;
    for (number, text) in (2..).zip(["axb", "a%b", "a-b", "à_b", "аda", "a_b."]) {
        assert_eq!(insert(&store, &account(number, text)).await, Ok(()));
    }
}

#[on_every_store]
async fn a_waiting_account_and_a_lapsed_one_hold_name_and_address(store: Arc<dyn Store>) {
    given::account(&store, &waiting(1, "ada", now().plus(MINUTE))).await;
    given::account(&store, &waiting(2, "eve", Timestamp::from_micros(1))).await;
    for name in ["ada", "eve"] {
        let refused = insert(&store, &account(3, name)).await;
        assert_eq!(refused, Err(Conflict::Name));
        let email = format!("{name}@example.org");
        let refused = insert(&store, &account_with_email(3, "grace", &email)).await;
        assert_eq!(refused, Err(Conflict::Email));
    }
}

#[on_every_store]
async fn a_refused_account_is_not_there_and_the_holder_stays_as_it_was(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let before = find(&store, ada).await;
    let refused = insert(&store, &account_with_email(2, "eve", "ada@example.org")).await;
    assert!(refused.is_err());
    assert_eq!(find_by_name(&store, "eve", now()).await, None);
    let refused = insert(&store, &account_with_email(2, "ada", "eve@example.org")).await;
    assert!(refused.is_err());
    assert_eq!(find_by_email(&store, "eve@example.org", now()).await, None);
    assert_eq!(find(&store, ada).await, before);
}
