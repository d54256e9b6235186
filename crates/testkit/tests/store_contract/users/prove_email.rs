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
async fn the_address_of_a_user_or_a_waiting_account_is_proved_then(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::grace(&store).await;
    given::account(&store, &waiting(3, "eve", now().plus(MINUTE))).await;
    for id in [ada, user_id(3)] {
        prove_email(&store, id).await;
    }
    for (id, email) in [
        (ada, proved("ada@example.org", now())),
        (user_id(2), claimed("grace@example.org")),
        (user_id(3), proved("eve@example.org", now())),
    ] {
        assert_eq!(email_of(&store, id).await, Some(email));
    }
}

#[on_every_store]
async fn the_rest_of_the_user_stays_and_one_without_an_address_gets_none(store: Arc<dyn Store>) {
    let (ada, grace) = (
        account_with_email(1, "Ada", "Ada@Example.org"),
        account(2, "grace"),
    );
    for new in [&ada, &grace] {
        given::account(&store, new).await;
        prove_email(&store, new.user.id).await;
    }
    let email = Some(proved("Ada@Example.org", now()));
    let left = find(&store, user_id(1)).await;
    assert_eq!(left, Some(User { email, ..ada.user }));
    assert_eq!(find(&store, user_id(2)).await, Some(grace.user));
}

#[on_every_store]
async fn no_address_is_told_of_an_account_without_one_and_of_none(store: Arc<dyn Store>) {
    given::account(&store, &account(1, "ada")).await;
    for id in [user_id(1), user_id(2)] {
        assert_eq!(email_of(&store, id).await, None);
    }
}
