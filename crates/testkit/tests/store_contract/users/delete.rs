use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_domain::user::UserId;
use azuma_testkit::all;
use azuma_testkit::sample::{
    MINUTE, account_with_email, email_change, link_hash, mail_id, now, session_id, token_hash,
    user_id, waiting,
};
use azuma_testkit_macros::on_every_store;

use super::{find, find_by_email, find_by_name, insert};
use crate::outbox::lease_all;
use crate::{count, given, linger, look, write};

async fn delete(store: &Arc<dyn Store>, id: UserId) -> bool {
    write(store, move |tx| tx.users().delete(id)).await
}

#[on_every_store]
async fn the_user_is_found_no_more_and_its_name_and_address_are_free(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    assert!(delete(&store, ada).await);
    assert_eq!(find(&store, ada).await, None);
    assert_eq!(find_by_name(&store, "ada", now()).await, None);
    assert_eq!(find_by_email(&store, "ada@example.org", now()).await, None);
    let again = account_with_email(2, "ada", "ada@example.org");
    assert_eq!(insert(&store, &again).await, Ok(()));
}

#[on_every_store]
async fn its_sessions_links_and_mail_go(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::belongings(&store, 1, ada).await;
    let change = email_change(2, ada, "new@example.org", now().plus(MINUTE));
    given::link(&store, &change).await;
    delete(&store, ada).await;
    let found = look(&store, |tx| {
        tx.sessions().find_by_token(&token_hash(1, 0), now())
    });
    assert_eq!(found.await, None);
    let live = look(&store, |tx| tx.sessions().is_live(session_id(1), now()));
    assert!(!live.await);
    for number in [1, 2] {
        let hash = link_hash(number);
        let taken = write(&store, move |tx| tx.links().consume(&hash, now())).await;
        assert_eq!(taken, None);
    }
    let leased = write(&store, |tx| lease_all(tx, now(), now().plus(MINUTE))).await;
    assert_eq!(leased, vec![]);
}

#[on_every_store]
async fn others_keep_what_is_theirs(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::belongings(&store, 1, ada).await;
    let grace = given::grace(&store).await;
    given::belongings(&store, 2, grace).await;
    delete(&store, ada).await;

    let found = look(&store, |tx| {
        tx.sessions().find_by_token(&token_hash(2, 0), now())
    });
    assert_eq!(found.await.map(|found| found.user.id), Some(grace));
    let leased = write(&store, |tx| lease_all(tx, now(), now().plus(MINUTE))).await;
    let leased: Vec<_> = leased.iter().map(|leased| leased.mail.id).collect();
    assert_eq!(leased, vec![mail_id(2)]);
    let taken = write(&store, |tx| tx.links().consume(&link_hash(2), now())).await;
    assert_eq!(taken.map(|link| link.user_id), Some(grace));
}

#[on_every_store]
async fn a_user_or_a_waiting_account_is_deleted_once_and_an_unknown_one_not(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::account(&store, &waiting(2, "eve", now().plus(MINUTE))).await;
    for (id, is_there) in [
        (ada, true),
        (ada, false),
        (user_id(2), true),
        (user_id(2), false),
        (user_id(3), false),
    ] {
        assert_eq!(delete(&store, id).await, is_there);
    }
    assert_eq!(find_by_name(&store, "eve", now()).await, None);
}

#[on_every_store]
async fn of_12_racing_calls_one_answers_true(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::belongings(&store, 1, ada).await;
    let answers = all((0..12).map(|_| {
        write(&store, move |tx| {
            let answer = tx.users().delete(ada)?;
            linger();
            Ok(answer)
        })
    }))
    .await;
    assert_eq!(count(&answers), 1);
}
