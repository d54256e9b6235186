use std::sync::Arc;

use azuma_domain::ports::{Decision, Store, StoreError, Work};
use azuma_testkit::all;
use azuma_testkit::sample::{self, account, account_with_email, now};
use azuma_testkit_macros::on_every_store;

use super::{expect_nothing, run_panicking, write_everything};
use crate::{given, look, try_write};

#[on_every_store]
async fn a_refusal_changes_nothing(store: Arc<dyn Store>) {
    let done = store.run(Work::write(|tx| {
        write_everything(tx)?;
        Ok(Decision::RollBack)
    }));
    done.await.expect("a refusal is no error of the store");
    expect_nothing(&store).await;
}

#[on_every_store]
async fn a_failure_changes_nothing(store: Arc<dyn Store>) {
    let done = store.run(Work::write(|tx| {
        write_everything(tx)?;
        Err(StoreError::Failed("as the test wants it".into()))
    }));
    assert!(matches!(done.await, Err(StoreError::Failed(_))));
    expect_nothing(&store).await;
}

#[on_every_store]
async fn a_panic_changes_nothing(store: Arc<dyn Store>) {
    let work = Box::new(|tx: &mut dyn azuma_domain::ports::Transaction| {
        write_everything(tx)?;
        panic!("as the test wants it")
    });
    let answer = run_panicking(&store, work).await;
    assert!(!matches!(answer, Some(Ok(()))));
    expect_nothing(&store).await;
}

#[on_every_store]
async fn panics_use_up_no_connections(store: Arc<dyn Store>) {
    for _ in 0..100 {
        run_panicking(&store, Box::new(|_| panic!("as the test wants it"))).await;
    }
    given::ada(&store).await;
}

#[on_every_store]
async fn refusals_and_failures_use_up_no_connections(store: Arc<dyn Store>) {
    for number in 0..200 {
        let answer = store.run(Work::write(move |_| match number % 2 {
            0 => Ok(Decision::RollBack),
            _ => Err(StoreError::Failed("as the test wants it".into())),
        }));
        assert_eq!(answer.await.is_ok(), number % 2 == 0);
    }
    given::ada(&store).await;
}

#[on_every_store]
async fn a_refusal_takes_none_of_those_that_race_with_it(store: Arc<dyn Store>) {
    race_with_every_third(&store, || Ok(Decision::RollBack)).await;
}

#[on_every_store]
async fn a_failure_takes_none_of_those_that_race_with_it(store: Arc<dyn Store>) {
    let fail = || Err(StoreError::Failed("as the test wants it".into()));
    race_with_every_third(&store, fail).await;
}

/// Runs 24 units of work at the same time, of which every third ends with `end`. Fails the test unless the others are
/// committed.
async fn race_with_every_third(store: &Arc<dyn Store>, end: fn() -> Result<Decision, StoreError>) {
    let ada = given::ada(store).await;
    let outcomes = all((0..24).map(|number| {
        store.run(Work::write(move |tx| {
            let token = sample::token(number, 0, now().plus(sample::MINUTE));
            tx.sessions()
                .insert(&sample::session(number, ada), &token)?;
            if number % 3 == 0 {
                return end();
            }
            Ok(Decision::Commit)
        }))
    }))
    .await;
    for (number, outcome) in outcomes.iter().enumerate() {
        assert_eq!(outcome.is_err(), number % 3 == 0 && end().is_err());
    }
    let listed = look(store, move |tx| tx.sessions().list(ada, now(), 100)).await;
    assert_eq!(listed.len(), 16);
}

#[on_every_store]
async fn a_unit_of_work_refused_by_a_conflict_changes_nothing(store: Arc<dyn Store>) {
    given::grace(&store).await;
    let refused = try_write(&store, |tx| {
        write_everything(tx)?;
        tx.users()
            .insert(&account_with_email(3, "eve", "grace@example.org"))
    })
    .await;
    assert!(refused.is_err());
    expect_nothing(&store).await;
}

#[on_every_store]
async fn changes_and_deletions_are_rolled_back_too(store: Arc<dyn Store>) {
    let grace = given::grace(&store).await;
    given::belongings(&store, 2, grace).await;
    let done = store.run(Work::write(move |tx| {
        assert!(tx.users().delete(grace)?);
        Ok(Decision::RollBack)
    }));
    done.await.expect("a refusal is no error of the store");
    let found = look(&store, |tx| {
        tx.sessions()
            .find_by_token(&sample::token_hash(2, 0), now())
    })
    .await;
    assert_eq!(found.map(|found| found.user.id), Some(grace));
}

#[on_every_store]
async fn all_of_a_unit_of_work_happens(store: Arc<dyn Store>) {
    let names = ["ada", "grace", "eve"];
    let done = try_write(&store, move |tx| {
        for (number, name) in (1..).zip(names) {
            tx.users().insert(&account(number, name))?;
        }
        Ok(())
    })
    .await;
    assert_eq!(done, Ok(()));
    for name in names {
        let name = sample::name(name);
        let found = look(&store, move |tx| tx.users().find_by_name(&name, now())).await;
        assert!(found.is_some());
    }
}
