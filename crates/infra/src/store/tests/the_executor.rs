//! Units of work that wait for the only writer of an SQLite file.

use std::future::poll_fn;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

use azuma_domain::ports::{BoxFuture, WriteError};
use azuma_testkit::all;

use super::*;

type Outcome = Result<(), StoreError>;

/// A unit of work that inserts the account with this number, and then calls `then`.
fn inserting(
    store: &Arc<dyn Store>,
    number: u32,
    then: impl Fn() -> Result<Decision, StoreError> + Send + 'static,
) -> BoxFuture<'_, Outcome> {
    store.run(Work::write(move |tx| {
        let inserted = tx.users().insert(&account(number, &format!("a{number}")));
        inserted.map_err(|error| match error {
            WriteError::Store(error) => error,
            WriteError::Conflict(conflict) => conflict.into(),
        })?;
        then()
    }))
}

/// Holds the writer until the sender is dropped. The writer is held when this answers.
async fn gate(store: &Arc<dyn Store>) -> (BoxFuture<'_, Outcome>, Sender<()>) {
    let (begin, begun) = channel();
    let (open, opened) = channel();
    let opened = Mutex::new(opened);
    let mut held = store.run(Work::write(move |_| {
        let _ = begin.send(());
        let opened = opened.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = opened.recv();
        Ok(Decision::Commit)
    }));
    put_in_line(&mut held).await;
    begun.recv().expect("the writer comes to it");
    (held, open)
}

async fn put_in_line(unit: &mut BoxFuture<'_, Outcome>) {
    poll_fn(|context| {
        assert!(unit.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
}

async fn is_there(store: &Arc<dyn Store>, number: u32) -> bool {
    let found = store
        .read(move |reader| reader.users().find(user_id(number)))
        .await;
    found.expect("the store answers").is_some()
}

/// Fails the test if the unit of work with this number, which was in line, has run before the next one.
async fn expect_passed_over(store: &Arc<dyn Store>, number: u32) {
    let next = inserting(store, number + 1, || Ok(Decision::Commit)).await;
    next.expect("nobody is before it");
    assert!(!is_there(store, number).await);
}

#[tokio::test]
async fn writes_happen_one_after_the_other_in_the_order_they_came() {
    let (_directory, url) = fresh();
    let store = open(&url, PoolOptions::default());
    let (held, open) = gate(&store).await;
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut writes: Vec<_> = (0..5)
        .map(|number| {
            let order = Arc::clone(&order);
            inserting(&store, number, move || {
                order.lock().expect("no panic").push(number);
                Ok(Decision::Commit)
            })
        })
        .collect();
    for write in &mut writes {
        put_in_line(write).await;
    }
    drop(open);
    held.await.expect("nobody was before it");
    for outcome in all(writes).await {
        outcome.expect("it commits");
    }
    assert_eq!(*order.lock().expect("no panic"), [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn one_that_takes_too_long_is_given_up_and_the_next_happens() {
    let (_directory, url) = fresh();
    let options = PoolOptions {
        timeout: Duration::from_millis(200),
        ..PoolOptions::default()
    };
    let store = open(&url, options);
    let mut slow = inserting(&store, 1, || {
        thread::sleep(Duration::from_millis(600));
        Ok(Decision::Commit)
    });
    put_in_line(&mut slow).await;
    let next = inserting(&store, 2, || Ok(Decision::Commit));
    let outcomes = all(vec![slow, next]).await;
    assert!(matches!(
        outcomes[..],
        [Err(StoreError::Unavailable(_)), Ok(())]
    ));
    assert!(!is_there(&store, 1).await);
    assert!(is_there(&store, 2).await);
}

#[tokio::test]
async fn one_that_waits_too_long_for_its_turn_never_runs() {
    let (_directory, url) = fresh();
    let options = PoolOptions {
        acquire_timeout: Duration::from_millis(500),
        ..PoolOptions::default()
    };
    let store = open(&url, options);
    let (held, open) = gate(&store).await;
    let late = inserting(&store, 1, || Ok(Decision::Commit)).await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))));
    drop(open);
    held.await.expect("nobody was before it");
    expect_passed_over(&store, 1).await;
}

#[tokio::test]
async fn one_that_nobody_waits_for_any_more_never_runs() {
    let (_directory, url) = fresh();
    let store = open(&url, PoolOptions::default());
    let (held, open) = gate(&store).await;
    let mut left = inserting(&store, 1, || Ok(Decision::Commit));
    put_in_line(&mut left).await;
    drop(left);
    drop(open);
    held.await.expect("nobody was before it");
    expect_passed_over(&store, 1).await;
}

#[tokio::test]
async fn a_store_that_is_dropped_ends_what_it_writes_and_closes_the_file() {
    let (directory, url) = fresh();
    let store = open(&url, PoolOptions::default());
    let (begin, begun) = channel();
    let (end, ending) = channel::<()>();
    let ending = Mutex::new(ending);
    let mut writing = inserting(&store, 1, move || {
        let _ = begin.send(());
        let ending = ending.lock().expect("no panic");
        let _ = ending.recv();
        Ok(Decision::Commit)
    });
    put_in_line(&mut writing).await;
    begun.recv().expect("the writer comes to it");
    drop(writing);
    drop(store);
    drop(end);
    // Closing the last connection deletes the log.
    let log = directory.path().join("data/azuma.db-wal");
    let closed = async {
        while log.exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let closed = tokio::time::timeout(Duration::from_secs(20), closed).await;
    closed.expect("the file is closed");
    let store = open(&url, PoolOptions::default());
    assert!(is_there(&store, 1).await);
}
