use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::{NewUser, Store, Taken};
use azuma_testkit::all;
use azuma_testkit::sample::{MINUTE, account, account_with_email, now, waiting};
use azuma_testkit_macros::on_every_store;

use super::{find, write};
use crate::{given, linger};

async fn insert_all(
    store: &Arc<dyn Store>,
    users: &[NewUser],
    at: Timestamp,
) -> Vec<Option<Taken>> {
    let users = users.to_vec();
    write(store, move |tx| {
        let insert = |new| tx.users().insert_unless_taken(new, at);
        users.iter().map(insert).collect::<Result<Vec<_>, _>>()
    })
    .await
}

#[on_every_store]
async fn a_page_keeps_the_free_ones_and_tells_what_the_others_lack(store: Arc<dyn Store>) {
    given::account(&store, &account_with_email(1, "ada", "ada@example.org")).await;
    let page = [
        account_with_email(2, "grace", "grace@example.org"),
        account(1, "somebody"),
        account(3, "ADA"),
        account_with_email(4, "lin", "ADA@example.org"),
        // Of the page itself.
        account(5, "Grace"),
        account_with_email(6, "joan", "Grace@Example.org"),
        account(2, "barbara"),
        // What a refused one would have had is free.
        account(7, "lin"),
    ];
    let taken = insert_all(&store, &page, now()).await;
    let expected = [
        None,
        Some(Taken::Id),
        Some(Taken::Name),
        Some(Taken::Email),
        Some(Taken::Name),
        Some(Taken::Email),
        Some(Taken::Id),
        None,
    ];
    assert_eq!(taken, expected);
    for (new, taken) in page.iter().zip(expected) {
        let found = find(&store, new.user.id).await;
        assert_eq!(
            found.as_ref() == Some(&new.user),
            taken.is_none(),
            "{:?}",
            new.user.name
        );
    }
}

#[on_every_store]
async fn the_id_is_told_before_the_name_and_the_name_before_the_address(store: Arc<dyn Store>) {
    let ada = account_with_email(1, "ada", "ada@example.org");
    given::account(&store, &ada).await;
    let other_id = account_with_email(2, "ada", "ada@example.org");
    let taken = insert_all(&store, &[ada, other_id], now()).await;
    assert_eq!(taken, [Some(Taken::Id), Some(Taken::Name)]);
}

#[on_every_store]
async fn a_waiting_account_holds_its_name_and_a_lapsed_one_does_not(store: Arc<dyn Store>) {
    let until = now().plus(MINUTE);
    let waiting = waiting(1, "ada", until);
    given::account(&store, &waiting).await;
    let new = [account(2, "Ada")];
    assert_eq!(insert_all(&store, &new, now()).await, [Some(Taken::Name)]);
    assert_eq!(insert_all(&store, &new, until).await, [None]);
    assert!(find(&store, new[0].user.id).await.is_some());
}

#[on_every_store]
async fn of_24_racing_inserts_one_succeeds_and_the_others_can_commit(store: Arc<dyn Store>) {
    let racing = (0..24).map(|number| {
        let new = account(number, "ada");
        let other = account(100 + number, &format!("other{number}"));
        write(&store, move |tx| {
            let taken = tx.users().insert_unless_taken(&new, now())?;
            linger();
            tx.users().insert_unless_taken(&other, now())?;
            Ok(taken)
        })
    });
    let taken = all(racing).await;
    assert_eq!(taken.iter().filter(|taken| taken.is_none()).count(), 1);
    let others = taken.iter().filter(|taken| **taken == Some(Taken::Name));
    assert_eq!(others.count(), 23);
    for number in 0..24 {
        let other = account(100 + number, "other").user.id;
        assert!(find(&store, other).await.is_some(), "{number}");
    }
}
