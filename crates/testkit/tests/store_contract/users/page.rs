//! Accounts as an operator sees them.

use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_domain::user::{AccountPosition, AccountState, DisabledReason, StoredAccount};
use azuma_testkit::sample::{self, MINUTE, account, account_with_email, now, user_id, waiting};
use azuma_testkit_macros::on_every_store;

use crate::{given, look, write};

async fn page(
    store: &Arc<dyn Store>,
    after: Option<&AccountPosition>,
    prefix: Option<&str>,
    limit: u32,
) -> Vec<StoredAccount> {
    let (after, prefix) = (after.cloned(), prefix.map(sample::name));
    look(store, move |tx| {
        tx.users().page(after.as_ref(), prefix.as_ref(), limit)
    })
    .await
}

fn names(accounts: &[StoredAccount]) -> Vec<&str> {
    accounts
        .iter()
        .map(|account| account.name.as_str())
        .collect()
}

/// Their normalized names differ in order from their names: upper case comes before lower case, and `ß` after both.
async fn given_some(store: &Arc<dyn Store>) {
    for (number, name) in [
        (1, "Zoe"),
        (2, "ada"),
        (3, "Bob"),
        (4, "ßb"),
        (5, "adalbert"),
        (6, "ad"),
    ] {
        given::account(store, &account(number, name)).await;
    }
}

const IN_ORDER: [&str; 6] = ["ad", "ada", "adalbert", "Bob", "Zoe", "ßb"];

#[on_every_store]
async fn accounts_come_in_the_order_of_the_bytes_of_their_normalized_names(store: Arc<dyn Store>) {
    given_some(&store).await;
    assert_eq!(names(&page(&store, None, None, 10).await), IN_ORDER);
    assert_eq!(names(&page(&store, None, None, 2).await), IN_ORDER[..2]);
}

#[on_every_store]
async fn a_page_begins_after_the_account_that_the_one_before_ended_with(store: Arc<dyn Store>) {
    given_some(&store).await;
    let mut read = Vec::new();
    let mut after = None;
    loop {
        let accounts = page(&store, after.as_ref(), None, 4).await;
        let Some(last) = accounts.last() else {
            break;
        };
        after = Some(last.position.clone());
        read.extend(accounts);
    }
    assert_eq!(names(&read), IN_ORDER);
}

#[on_every_store]
async fn a_prefix_leaves_those_whose_normalized_names_begin_so(store: Arc<dyn Store>) {
    given_some(&store).await;
    for (prefix, expected) in [
        ("AD", &IN_ORDER[..3]),
        ("ada", &IN_ORDER[1..3]),
        ("b", &["Bob"]),
        ("ß", &["ßb"]),
        ("c", &[]),
        ("zz", &[]),
    ] {
        assert_eq!(names(&page(&store, None, Some(prefix), 10).await), expected);
    }
    let ad = AccountPosition::new("ad".to_owned());
    assert_eq!(
        names(&page(&store, Some(&ad), Some("ad"), 1).await),
        ["ada"]
    );
    // A place before the prefix, and one behind it.
    let a = AccountPosition::new("a".to_owned());
    assert_eq!(names(&page(&store, Some(&a), Some("b"), 10).await), ["Bob"]);
    let c = AccountPosition::new("c".to_owned());
    assert_eq!(names(&page(&store, Some(&c), Some("b"), 10).await), [""; 0]);
}

#[on_every_store]
async fn an_account_comes_as_it_is_stored_whatever_its_state(store: Arc<dyn Store>) {
    let until = now().plus(MINUTE);
    given::account(&store, &waiting(1, "ada", until)).await;
    given::account(&store, &account_with_email(2, "Bob", "Bob@Example.org")).await;
    given::account(&store, &account(3, "carl")).await;
    let reason = DisabledReason::parse("spam").ok();
    let disabled = reason.clone();
    write(&store, move |tx| {
        tx.users().prove_email(user_id(2), now())?;
        tx.users().disable(user_id(3), disabled.as_ref(), now())
    })
    .await;
    let accounts = page(&store, None, None, 10).await;
    let states: Vec<_> = accounts
        .iter()
        .map(|account| account.state.clone())
        .collect();
    let expected = [
        AccountState::Pending { until },
        AccountState::Active,
        AccountState::Disabled(reason),
    ];
    assert_eq!(states, expected);
    let bob = &accounts[1];
    assert_eq!(bob.id, user_id(2));
    assert_eq!(bob.name.as_str(), "Bob");
    assert_eq!(bob.position, AccountPosition::new("bob".to_owned()));
    assert_eq!(
        bob.email.as_ref().map(|email| email.as_str()),
        Some("Bob@Example.org")
    );
    assert_eq!(bob.email_proved_at, Some(now()));
    assert_eq!(bob.created_at, now());
    assert_eq!(bob.invite, None);
    assert_eq!(accounts[0].email_proved_at, None);
    assert_eq!(accounts[2].email, None);
    for account in accounts {
        let id = account.id;
        let stored = look(&store, move |tx| tx.users().stored(id)).await;
        assert_eq!(stored, Some(account));
    }
    assert_eq!(look(&store, |tx| tx.users().stored(user_id(9))).await, None);
}
