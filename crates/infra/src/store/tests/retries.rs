//! When a unit of work is run again. A trigger fails like SQLite does while another process writes.

use std::sync::atomic::AtomicU32;

use azuma_domain::ports::{Transaction, WriteError};

use super::*;

/// Inserting this name fails as if the database were locked.
const IN_THE_WAY: &str = "CREATE TRIGGER in_the_way BEFORE INSERT ON users WHEN NEW.name = 'contended' \
     BEGIN SELECT RAISE(ABORT, 'database is locked'); END";

fn contended() -> (TempDir, Arc<dyn Store>) {
    let (directory, url) = fresh();
    connect(&url).batch_execute(IN_THE_WAY).expect("a trigger");
    let store = open(&url, PoolOptions::default());
    (directory, store)
}

fn insert(tx: &mut dyn Transaction, number: u32, name: &str) -> Result<(), StoreError> {
    let inserted = tx.users().insert(&account(number, name));
    inserted.map_err(|error| match error {
        WriteError::Store(error) => error,
        WriteError::Conflict(conflict) => conflict.into(),
    })
}

/// A unit of work that meets contention in its first `times` runs, and the count of its runs.
fn in_the_way(times: u32) -> (Work, Arc<AtomicU32>) {
    let runs = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&runs);
    let work = Work::write(move |tx| {
        // Fails if an earlier run was not rolled back.
        insert(tx, 1, "ada")?;
        if counter.fetch_add(1, Ordering::SeqCst) < times {
            insert(tx, 2, "contended")?;
        }
        Ok(Decision::Commit)
    });
    (work, runs)
}

async fn is_ada_there(store: &Arc<dyn Store>) -> bool {
    let found = store.read(|reader| reader.users().find(user_id(1))).await;
    found.expect("the store answers").is_some()
}

#[tokio::test]
async fn work_that_met_contention_is_run_again_from_the_start() {
    let (_directory, store) = contended();
    let (work, runs) = in_the_way(2);
    store.run(work).await.expect("the third run commits");
    assert_eq!(runs.load(Ordering::SeqCst), 3);
    assert!(is_ada_there(&store).await);
}

#[tokio::test]
async fn work_that_always_meets_contention_is_unavailable_and_changes_nothing() {
    let (_directory, store) = contended();
    let (work, runs) = in_the_way(u32::MAX);
    let outcome = store.run(work).await;
    assert!(matches!(outcome, Err(StoreError::Unavailable(_))));
    assert!(runs.load(Ordering::SeqCst) > 1);
    assert!(!is_ada_there(&store).await);
}

#[tokio::test]
async fn work_that_makes_little_of_contention_is_run_again_nevertheless() {
    let (_directory, store) = contended();
    let runs = AtomicU32::new(0);
    let work = Work::write(move |tx| match runs.fetch_add(1, Ordering::SeqCst) {
        0 => {
            assert!(insert(tx, 2, "contended").is_err());
            Ok(Decision::RollBack)
        }
        _ => insert(tx, 1, "ada").map(|()| Decision::Commit),
    });
    store.run(work).await.expect("the second run commits");
    assert!(is_ada_there(&store).await);
}
