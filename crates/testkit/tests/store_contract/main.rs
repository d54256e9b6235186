//! The contract of the store: each MUST of [`Store`], [`Transaction`] and the repositories, on each database that
//! Azuma supports.
//!
//! A function with `#[on_every_store]` is run on each of the set-ups in [`set_ups`]. It is named after a behaviour, gets
//! a migrated and empty store, and panics if the store behaves differently.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that meets the unexpected stops where it stands"
)]

mod audit;
mod databases;
mod factors;
mod faults;
mod given;
mod invalidations;
mod invites;
mod known_clients;
mod links;
mod nodes;
mod outbox;
mod plans;
mod recoveries;
mod services;
mod sessions;
mod set_ups;
mod units;
mod users;

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use azuma_domain::ports::{
    Abort, Conflict, Reader, Store, StoreError, StoreExt, Transaction, WriteError,
};

/// Commits `work` and answers its result. Fails the test if the store fails.
async fn write<T: Send + 'static>(
    store: &Arc<dyn Store>,
    work: impl Fn(&mut dyn Transaction) -> Result<T, StoreError> + Send + 'static,
) -> T {
    let done: Result<T, StoreError> = store
        .transact(move |tx| work(tx).map_err(Abort::Store))
        .await;
    done.expect("the store answers")
}

/// Commits `work` unless it meets a conflict. Fails the test if the store fails.
async fn try_write<T: Send + 'static>(
    store: &Arc<dyn Store>,
    work: impl Fn(&mut dyn Transaction) -> Result<T, WriteError> + Send + 'static,
) -> Result<T, Conflict> {
    let done: Result<T, WriteError> = store.transact(move |tx| Ok(work(tx)?)).await;
    done.map_err(|error| match error {
        WriteError::Conflict(conflict) => conflict,
        WriteError::Store(error) => panic!("the store answers: {error}"),
    })
}

/// Runs `work`, which only reads. Fails the test if the store fails.
async fn look<T: Send + 'static>(
    store: &Arc<dyn Store>,
    work: impl Fn(&mut dyn Reader) -> Result<T, StoreError> + Send + 'static,
) -> T {
    store.read(work).await.expect("the store answers")
}

/// Keeps a transaction open long enough for others to run into it.
fn linger() {
    thread::sleep(Duration::from_millis(3));
}

/// How many of `answers` are yes.
fn count(answers: &[bool]) -> usize {
    answers.iter().filter(|answer| **answer).count()
}
