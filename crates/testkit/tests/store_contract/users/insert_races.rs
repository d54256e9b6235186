use std::sync::Arc;

use azuma_domain::ports::{Conflict, NewUser, Store};
use azuma_testkit::all;
use azuma_testkit::sample::{account, account_with_email};
use azuma_testkit_macros::on_every_store;

use crate::{linger, try_write};

/// Inserts the accounts at the same time and answers each outcome.
async fn race(store: &Arc<dyn Store>, accounts: Vec<NewUser>) -> Vec<Result<(), Conflict>> {
    all(accounts.into_iter().map(|new| {
        try_write(store, move |tx| {
            tx.users().insert(&new)?;
            linger();
            Ok(())
        })
    }))
    .await
}

/// Fails the test unless one insert succeeded and the others met this conflict.
#[track_caller]
fn assert_one_succeeds(results: &[Result<(), Conflict>], conflict: Conflict) {
    let count = |result| results.iter().filter(|r| **r == result).count();
    assert_eq!(count(Ok(())), 1);
    assert_eq!(count(Err(conflict)), results.len() - 1);
}

#[on_every_store]
async fn of_24_racing_inserts_of_one_name_one_succeeds(store: Arc<dyn Store>) {
    let results = race(&store, (0..24).map(|n| account(n, "ada")).collect()).await;
    assert_one_succeeds(&results, Conflict::Name);
}

#[on_every_store]
async fn of_racing_inserts_of_one_name_in_many_cases_one_succeeds(store: Arc<dyn Store>) {
    let names = ["zoë", "Zoë", "zOë", "zoË", "ZOë", "ZoË", "zOË", "ZOË"];
    let accounts = (0..).zip(names).map(|(n, name)| account(n, name));
    let results = race(&store, accounts.collect()).await;
    assert_one_succeeds(&results, Conflict::Name);
}

#[on_every_store]
async fn of_24_racing_inserts_of_one_address_one_succeeds(store: Arc<dyn Store>) {
    let accounts = (0..24).map(|n| account_with_email(n, &format!("u{n}"), "ada@example.org"));
    let results = race(&store, accounts.collect()).await;
    assert_one_succeeds(&results, Conflict::Email);
}

#[on_every_store]
async fn racing_inserts_of_different_names_all_succeed(store: Arc<dyn Store>) {
    let accounts = (0..24).map(|n| account(n, &format!("user{n}")));
    let results = race(&store, accounts.collect()).await;
    assert_eq!(results, vec![Ok(()); 24]);
}

#[on_every_store]
async fn an_insert_succeeds_once_the_one_it_waited_for_was_rolled_back(store: Arc<dyn Store>) {
    let accounts = (0..12).map(|n| account_with_email(n, "ada", "ada@example.org"));
    let results = all(accounts.enumerate().map(|(n, new)| {
        try_write(&store, move |tx| {
            tx.users().insert(&new)?;
            linger();
            // The first half rolls back, as if it had met a conflict.
            if n < 6 {
                return Err(Conflict::Email.into());
            }
            Ok(())
        })
    }))
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
}
