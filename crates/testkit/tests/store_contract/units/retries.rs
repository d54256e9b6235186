use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use azuma_domain::ports::{Decision, Store, UserChanges, Work};
use azuma_domain::user::Change;
use azuma_testkit::all;
use azuma_testkit::sample::{self, account, user_id};
use azuma_testkit_macros::on_every_store;

use super::write_everything;
use crate::{given, look, try_write};

/// A counter of runs, and the same counter to read.
fn counter() -> (Arc<AtomicU32>, Arc<AtomicU32>) {
    let counter = Arc::new(AtomicU32::new(0));
    (Arc::clone(&counter), counter)
}

#[on_every_store]
async fn a_transaction_that_commits_is_run_once(store: Arc<dyn Store>) {
    let (runs, seen) = counter();
    let done = store.run(Work::write(move |tx| {
        runs.fetch_add(1, Ordering::SeqCst);
        write_everything(tx)?;
        Ok(Decision::Commit)
    }));
    done.await.expect("nothing contends");
    assert_eq!(seen.load(Ordering::SeqCst), 1);
}

#[on_every_store]
async fn transactions_that_lock_accounts_in_opposite_order_all_commit(store: Arc<dyn Store>) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    let done = all([(ada, grace), (grace, ada)].map(|(first, second)| {
        try_write(&store, move |tx| {
            tx.users().lock(first)?;
            thread::sleep(Duration::from_millis(100));
            tx.users().lock(second)?;
            Ok(())
        })
    }))
    .await;
    assert_eq!(done, [Ok(()), Ok(())]);
}

#[on_every_store]
async fn writes_that_deadlock_all_happen(store: Arc<dyn Store>) {
    for number in 0..4 {
        given::account(&store, &account(number, &format!("user{number}"))).await;
    }
    // Each changes two neighbours on a ring, so that all of them wait in a circle.
    let done = all((0..4).map(|number| {
        try_write(&store, move |tx| {
            let icon = UserChanges {
                icon: Change::Set(sample::icon("changed")),
                ..UserChanges::default()
            };
            let status = UserChanges {
                status: Change::Set(sample::status("changed")),
                ..UserChanges::default()
            };
            tx.users().update(user_id(number), &icon)?;
            thread::sleep(Duration::from_millis(50));
            tx.users().update(user_id((number + 1) % 4), &status)?;
            Ok(())
        })
    }))
    .await;
    assert_eq!(done, vec![Ok(()); 4]);
    for number in 0..4 {
        let user = look(&store, move |tx| tx.users().find(user_id(number))).await;
        let user = user.expect("the user is there");
        assert_eq!(user.icon, Some(sample::icon("changed")));
        assert_eq!(user.status, Some(sample::status("changed")));
    }
}
