//! What a file's one writer does with those who wait for it.

use std::future::poll_fn;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

use azuma_domain::ports::{BoxFuture, Transaction, WriteError};
use azuma_testkit::all;
use diesel::{QueryDsl, RunQueryDsl};

use super::super::runs::Runs;
use super::super::schema;
use super::super::unit_of_work::{Together, Unit};
use super::*;

type Outcome = Result<(), StoreError>;

/// A unit of work that inserts an account of this number, and then does something else.
fn inserting<'s>(
    store: &'s Arc<dyn Store>,
    number: u32,
    then: impl Fn() -> Result<Decision, StoreError> + Send + 'static,
) -> BoxFuture<'s, Outcome> {
    store.run(
        Access::Write,
        Box::new(move |tx| {
            insert(tx, number)?;
            then()
        }),
    )
}

fn insert(tx: &mut dyn Transaction, number: u32) -> Result<(), StoreError> {
    let inserted = tx.users().insert(&account(number, &format!("a{number}")));
    inserted.map_err(|error| match error {
        WriteError::Store(error) => error,
        WriteError::Conflict(conflict) => conflict.into(),
    })
}

/// Holds the writer until the sender is dropped; it does when this answers.
async fn gate(store: &Arc<dyn Store>) -> (BoxFuture<'_, Outcome>, Sender<()>) {
    let (begin, begun) = channel();
    let (open, opened) = channel();
    let opened = Mutex::new(opened);
    let mut held = store.run(
        Access::Write,
        Box::new(move |_| {
            let _ = begin.send(());
            let opened = opened.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = opened.recv();
            Ok(Decision::Commit)
        }),
    );
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

/// Runs them after one that held the writer until all of them were in line.
async fn in_line_together<'s>(
    store: &'s Arc<dyn Store>,
    mut units: Vec<BoxFuture<'s, Outcome>>,
) -> Vec<Outcome> {
    let (held, open) = gate(store).await;
    for unit in &mut units {
        put_in_line(unit).await;
    }
    drop(open);
    held.await.expect("nobody was before it");
    all(units).await
}

async fn is_there(store: &Arc<dyn Store>, number: u32) -> bool {
    let found = store.read(move |tx| tx.users().find(user_id(number))).await;
    found.expect("the store answers").is_some()
}

/// Fails the test where the unit of work with this number, which was in line, happens before the next one.
async fn expect_passed_over(store: &Arc<dyn Store>, number: u32) {
    let next = inserting(store, number + 1, || Ok(Decision::Commit)).await;
    next.expect("nobody is before it");
    assert!(!is_there(store, number).await);
}

/// How many accounts anybody but the writer sees.
fn committed(url: &DatabaseUrl) -> i64 {
    let connection = connect(url);
    let DbConnection::Sqlite(mut connection) = connection else {
        panic!("a file is SQLite's");
    };
    let counted = schema::users::table.count().get_result(&mut connection);
    counted.expect("the accounts")
}

/// A slow machine may take too long for the second to join the first: then it is tried again.
#[tokio::test]
async fn those_in_line_are_committed_together() {
    let (_directory, url) = fresh();
    let store = open(&url, PoolOptions::default());
    let joined = Arc::new(AtomicBool::new(false));
    let mut first = 0;
    while !joined.load(Ordering::SeqCst) {
        let (joined, file) = (Arc::clone(&joined), url.clone());
        let units = vec![
            inserting(&store, first, || Ok(Decision::Commit)),
            inserting(&store, first + 1, move || {
                let is_first_unseen = committed(&file) == i64::from(first);
                joined.store(is_first_unseen, Ordering::SeqCst);
                Ok(Decision::Commit)
            }),
        ];
        for outcome in in_line_together(&store, units).await {
            outcome.expect("it commits");
        }
        first += 2;
        assert_eq!(committed(&url), i64::from(first));
        assert!(first < 100, "the second never joined the first");
    }
}

#[tokio::test]
async fn one_that_fails_is_answered_so_and_the_others_happen() {
    let (_directory, url) = fresh();
    let store = open(&url, PoolOptions::default());
    let units = vec![
        inserting(&store, 1, || Ok(Decision::Commit)),
        inserting(&store, 2, || Err(StoreError::Failed("as wanted".into()))),
        inserting(&store, 3, || panic!("as wanted")),
        inserting(&store, 4, || Ok(Decision::Commit)),
    ];
    let outcomes = in_line_together(&store, units).await;
    let answered: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(answered, [true, false, false, true]);
    for (number, happened) in [(1, true), (2, false), (3, false), (4, true)] {
        assert_eq!(is_there(&store, number).await, happened, "{number}");
    }
}

#[tokio::test]
async fn one_that_decides_against_itself_does_not_happen_with_the_others() {
    let (_directory, url) = fresh();
    let store = open(&url, PoolOptions::default());
    let units = vec![
        inserting(&store, 1, || Ok(Decision::Commit)),
        inserting(&store, 2, || Ok(Decision::RollBack)),
    ];
    for outcome in in_line_together(&store, units).await {
        outcome.expect("nothing failed");
    }
    assert!(is_there(&store, 1).await);
    assert!(!is_there(&store, 2).await);
}

#[tokio::test]
async fn the_second_of_one_name_finds_it_taken_by_the_first() {
    let (_directory, url) = fresh();
    let store = open(&url, PoolOptions::default());
    let units = vec![
        inserting(&store, 1, || Ok(Decision::Commit)),
        inserting(&store, 1, || Ok(Decision::Commit)),
    ];
    let outcomes = in_line_together(&store, units).await;
    assert!(matches!(outcomes[..], [Ok(()), Err(StoreError::Failed(_))]));
    assert_eq!(committed(&url), 1);
}

#[tokio::test]
async fn one_that_takes_too_long_is_given_up_and_the_next_happens() {
    let (_directory, url) = fresh();
    let options = PoolOptions {
        limit: Duration::from_millis(200),
        ..PoolOptions::default()
    };
    let store = open(&url, options);
    let units = vec![
        inserting(&store, 1, || {
            thread::sleep(Duration::from_millis(600));
            Ok(Decision::Commit)
        }),
        inserting(&store, 2, || Ok(Decision::Commit)),
    ];
    let outcomes = in_line_together(&store, units).await;
    assert!(matches!(
        outcomes[..],
        [Err(StoreError::Unavailable(_)), Ok(())]
    ));
    assert!(!is_there(&store, 1).await);
    assert!(is_there(&store, 2).await);
}

/// A unit of work that does nothing.
fn idle() -> Unit {
    Unit::new(Access::Write, Box::new(|_| Ok(Decision::Commit)))
}

#[test]
fn to_wait_for_another_process_is_the_turn_of_the_first() {
    let (_directory, url) = fresh();
    let options = PoolOptions {
        limit: Duration::from_millis(100),
        ..PoolOptions::default()
    };
    let runs = Runs::open(&url, None, options).expect("connections");
    let mut other = connect(&url);
    other.batch_execute("BEGIN IMMEDIATE").expect("the lock");
    let (first, second) = (idle(), idle());
    let together = runs.write_together(&[&first, &second], Duration::MAX);
    assert!(matches!(together, (1, Together::Nothing)));
    assert!(first.handover.began().is_some());
    assert!(second.handover.began().is_none());
}

#[test]
fn one_that_was_given_up_in_line_is_left_out() {
    let (_directory, url) = fresh();
    let runs = Runs::open(&url, None, PoolOptions::default()).expect("connections");
    let (first, given_up, last) = (idle(), idle(), idle());
    assert!(given_up.handover.leave_line());
    let together = runs.write_together(&[&first, &given_up, &last], Duration::MAX);
    assert!(matches!(together, (3, Together::Committed)));
    assert!(!first.handover.give_up(), "it has committed");
    assert!(!last.handover.give_up(), "it has committed");
}

#[test]
fn nobody_joins_once_the_time_to_join_is_over() {
    let (_directory, url) = fresh();
    let runs = Runs::open(&url, None, PoolOptions::default()).expect("connections");
    let (first, second) = (idle(), idle());
    let together = runs.write_together(&[&first, &second], Duration::ZERO);
    assert!(matches!(together, (1, Together::Committed)));
    assert!(second.handover.began().is_none());
}

#[tokio::test]
async fn one_that_waits_too_long_for_its_turn_never_runs() {
    let (_directory, url) = fresh();
    let options = PoolOptions {
        wait: Duration::from_millis(500),
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
    let mut writing = inserting(&store, 1, move || {
        let _ = begin.send(());
        thread::sleep(Duration::from_millis(200));
        Ok(Decision::Commit)
    });
    put_in_line(&mut writing).await;
    begun.recv().expect("the writer comes to it");
    drop(writing);
    drop(store);
    let log = directory.path().join("data/azuma.db-wal");
    assert!(!log.exists(), "the last connection takes it along");
    assert_eq!(committed(&url), 1);
}
