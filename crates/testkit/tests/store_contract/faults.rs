//! What a store must do when its Postgres server fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use azuma_domain::ports::{Decision, Store, StoreError, StoreExt, Transaction, Work};
use azuma_testkit::{all, sample};
use azuma_tests::postgres::Cluster;

use crate::set_ups::open;

/// A store and the name of its database.
fn fresh() -> (Arc<dyn Store>, String) {
    let url = Cluster::shared().create_database();
    let (_, name) = url.rsplit_once('/').expect("a URL with a path");
    (open(&url), name.to_owned())
}

/// Ends all connections to a database.
fn cut(database: &str) {
    let script = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}';"
    );
    Cluster::shared().sql("postgres", &script);
}

fn insert_ada(tx: &mut dyn Transaction) -> Result<(), StoreError> {
    let inserted = tx.users().insert(&sample::account(1, "ada"));
    inserted.map_err(|error| StoreError::Failed(Box::new(error)))
}

async fn is_ada_there(store: &Arc<dyn Store>) -> bool {
    let found = store.read(|tx| tx.users().find(sample::user_id(1))).await;
    found.expect("the store answers").is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn units_of_work_go_on_after_every_connection_was_cut() {
    let (store, database) = fresh();
    all((0..20).map(|_| is_ada_there(&store))).await;
    cut(&database);
    let found = all((0..20).map(|_| is_ada_there(&store))).await;
    assert_eq!(found, [false; 20]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_of_work_whose_connection_is_cut_runs_again_and_commits() {
    let (store, database) = fresh();
    let runs = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&runs);
    let done = store.run(Work::write(move |tx| {
        let run = counter.fetch_add(1, Ordering::SeqCst);
        insert_ada(tx)?;
        if run == 0 {
            cut(&database);
        }
        tx.users().lock(sample::user_id(1))?;
        Ok(Decision::Commit)
    }));
    done.await.expect("the second run commits");
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    assert!(is_ada_there(&store).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_of_work_whose_commit_has_no_answer_is_not_run_again() {
    let (store, database) = fresh();
    let runs = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&runs);
    let done = store.run(Work::write(move |tx| {
        counter.fetch_add(1, Ordering::SeqCst);
        insert_ada(tx)?;
        cut(&database);
        Ok(Decision::Commit)
    }));
    assert!(matches!(done.await, Err(StoreError::Unavailable(_))));
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_is_unavailable_until_it_is_up_again() {
    let cluster = Cluster::start();
    let store = open(&cluster.create_database());
    assert!(!is_ada_there(&store).await);
    cluster.stop();
    let answer = store.read(|tx| tx.users().find(sample::user_id(1))).await;
    assert!(matches!(answer, Err(StoreError::Unavailable(_))));
    cluster.resume();
    assert!(!is_ada_there(&store).await);
}
