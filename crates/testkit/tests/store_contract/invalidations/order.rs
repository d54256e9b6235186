use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use azuma_domain::ports::{BoxFuture, Decision, InvalidationMark, InvalidationNumber, Store, Work};
use azuma_testkit::all;
use azuma_testkit::sample::{self, user_id};
use azuma_testkit_macros::on_every_store;

use super::{from, last, number, users};
use crate::{given, linger, look, write};

/// Accounts 1 to `count`.
async fn accounts(store: &Arc<dyn Store>, count: u32) {
    for number in 1..=count {
        given::account(store, &sample::account(number, &format!("user{number}"))).await;
    }
}

/// Deletes account `number`, which causes an invalidation.
async fn delete(store: &Arc<dyn Store>, number: u32) -> bool {
    write(store, move |tx| {
        let deleted = tx.users().delete(user_id(number))?;
        linger();
        Ok(deleted)
    })
    .await
}

async fn numbers(store: &Arc<dyn Store>) -> Vec<u64> {
    let all = from(store, InvalidationNumber::default()).await;
    all.iter().map(|one| one.number.get()).collect()
}

#[on_every_store]
async fn the_last_is_that_of_the_last_commit_with_its_mark(store: Arc<dyn Store>) {
    assert_eq!(last(&store).await.number, number(0));
    assert_eq!(last(&store).await.mark, None);
    accounts(&store, 2).await;
    for (account, at) in [(1, 1), (2, 2)] {
        delete(&store, account).await;
        let row = from(&store, number(at)).await.remove(0);
        assert_eq!(last(&store).await.number, number(at));
        assert_eq!(last(&store).await.mark, Some(row.mark));
    }
}

#[on_every_store]
async fn each_has_a_mark_of_its_own_and_keeps_it(store: Arc<dyn Store>) {
    accounts(&store, 6).await;
    write(&store, |tx| {
        tx.users().delete(user_id(1))?;
        tx.users().delete(user_id(2))
    })
    .await;
    for number in 3..=6 {
        delete(&store, number).await;
    }
    let all = from(&store, number(0)).await;
    let marks: HashSet<InvalidationMark> = all.iter().map(|one| one.mark).collect();
    assert_eq!(marks.len(), 6);
    assert_eq!(from(&store, number(0)).await, all);
}

#[on_every_store]
async fn that_of_a_number_and_those_after_it_are_answered_in_order(store: Arc<dyn Store>) {
    accounts(&store, 3).await;
    for number in [3, 1, 2] {
        delete(&store, number).await;
    }
    let found = from(&store, number(2)).await;
    assert_eq!(users(&found), [user_id(1), user_id(2)]);
}

#[on_every_store]
async fn the_limit_cuts_off_the_later_ones(store: Arc<dyn Store>) {
    accounts(&store, 3).await;
    for number in 1..=3 {
        delete(&store, number).await;
    }
    let found = look(&store, |tx| tx.invalidations().from(number(1), 2)).await;
    assert_eq!(users(&found), [user_id(1), user_id(2)]);
}

#[on_every_store]
async fn there_is_none_from_a_number_beyond_the_last(store: Arc<dyn Store>) {
    accounts(&store, 1).await;
    delete(&store, 1).await;
    assert_eq!(from(&store, number(2)).await, []);
    assert_eq!(from(&store, number(u64::MAX)).await, []);
}

#[on_every_store]
async fn of_24_racing_commits_each_has_its_own_number(store: Arc<dyn Store>) {
    accounts(&store, 24).await;
    let deleted = all((1..=24).map(|number| {
        let store = Arc::clone(&store);
        async move { delete(&store, number).await }
    }));
    assert!(deleted.await.into_iter().all(|deleted| deleted));
    assert_eq!(numbers(&store).await, (1..=24).collect::<Vec<_>>());
}

#[on_every_store]
async fn whoever_sees_a_number_sees_all_before_it(store: Arc<dyn Store>) {
    accounts(&store, 24).await;
    let committed = AtomicU64::new(0);
    let writers = (1..=24).map(|number| -> BoxFuture<'_, ()> {
        let (store, committed) = (&store, &committed);
        Box::pin(async move {
            assert!(delete(store, number).await);
            committed.fetch_add(1, Ordering::SeqCst);
        })
    });
    let reader: BoxFuture<'_, ()> = Box::pin(read_in_order(&store, &committed, 24));
    all(writers.chain([reader])).await;
}

/// Reads until all `count` have committed. No invalidation may appear with a smaller number than one read before, and
/// none that had committed before a read may be missing from it.
async fn read_in_order(store: &Arc<dyn Store>, committed: &AtomicU64, count: u64) {
    let mut known = 0;
    let mut expected = 0;
    while expected < count {
        expected = committed.load(Ordering::SeqCst);
        for one in from(store, number(known + 1)).await {
            assert_eq!(one.number.get(), known + 1);
            known += 1;
        }
        assert!(known >= expected, "{known} are known of {expected}");
    }
}

#[on_every_store]
async fn a_transaction_rolled_back_leaves_no_gap(store: Arc<dyn Store>) {
    accounts(&store, 2).await;
    delete(&store, 1).await;
    let done = store.run(Work::write(|tx| {
        tx.users().delete(user_id(2))?;
        Ok(Decision::RollBack)
    }));
    done.await.expect("a refusal is no error of the store");
    delete(&store, 2).await;
    assert_eq!(numbers(&store).await, [1, 2]);
}
