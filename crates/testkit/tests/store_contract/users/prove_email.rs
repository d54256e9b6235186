use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_domain::user::{AccountEmail, User, UserId};
use azuma_testkit::sample::{
    MINUTE, account, account_with_email, claimed, now, proved, user_id, waiting,
};
use azuma_testkit_macros::on_every_store;

use super::find;
use crate::{given, look, write};

async fn prove_email(store: &Arc<dyn Store>, id: UserId) {
    write(store, move |tx| tx.users().prove_email(id, now())).await;
}

async fn email_of(store: &Arc<dyn Store>, id: UserId) -> Option<AccountEmail> {
    look(store, move |tx| tx.users().email_of(id)).await
}

#[on_every_store]
async fn the_address_is_proved_then(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    prove_email(&store, ada).await;
    let email = email_of(&store, ada).await;
    assert_eq!(email, Some(proved("ada@example.org", now())));
}

#[on_every_store]
async fn a_waiting_account_has_its_address_proved_too(store: Arc<dyn Store>) {
    given::account(&store, &waiting(1, "ada", now().plus(MINUTE))).await;
    prove_email(&store, user_id(1)).await;
    let email = email_of(&store, user_id(1)).await;
    assert_eq!(email, Some(proved("ada@example.org", now())));
}

#[on_every_store]
async fn the_rest_of_the_user_stays(store: Arc<dyn Store>) {
    let new = account_with_email(1, "Ada", "Ada@Example.org");
    given::account(&store, &new).await;
    prove_email(&store, user_id(1)).await;
    let email = Some(proved("Ada@Example.org", now()));
    let left = find(&store, user_id(1)).await;
    assert_eq!(left, Some(User { email, ..new.user }));
}

#[on_every_store]
async fn an_account_without_an_address_gets_none(store: Arc<dyn Store>) {
    let new = account(1, "ada");
    given::account(&store, &new).await;
    prove_email(&store, user_id(1)).await;
    assert_eq!(find(&store, user_id(1)).await, Some(new.user));
}

#[on_every_store]
async fn other_users_stay_as_they_were(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let grace = given::grace(&store).await;
    prove_email(&store, ada).await;
    let email = email_of(&store, grace).await;
    assert_eq!(email, Some(claimed("grace@example.org")));
}

#[on_every_store]
async fn an_address_is_told_of_a_waiting_account_too(store: Arc<dyn Store>) {
    given::account(&store, &waiting(1, "ada", now().plus(MINUTE))).await;
    let email = email_of(&store, user_id(1)).await;
    assert_eq!(email, Some(claimed("ada@example.org")));
}

#[on_every_store]
async fn no_address_is_told_of_an_account_without_one_and_of_none(store: Arc<dyn Store>) {
    given::account(&store, &account(1, "ada")).await;
    for id in [user_id(1), user_id(2)] {
        assert_eq!(email_of(&store, id).await, None);
    }
}
