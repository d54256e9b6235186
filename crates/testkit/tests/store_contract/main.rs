//! The contract every store must pass: each MUST of [`Store`], [`Transaction`] and the repositories, as functions
//! that each take a fresh, migrated, empty store and panic where it breaks the behaviour they are named after.
//!
//! [`store_contract!`](store_contract) makes a test of each.

#![allow(missing_docs, reason = "the names of the behaviours say what holds")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that meets the unexpected stops where it stands"
)]

/// Makes a test of each behaviour every store must show.
///
/// It takes the name of an async function of the module it stands in, which answers a fresh, migrated, empty store
/// (`Arc<dyn Store>`) and whatever must live as long as the store is used. The crate it is used in needs tokio with
/// its macros and its multi-threaded runtime.
///
macro_rules! store_contract {
    ($fresh:ident) => {
        store_contract_of_units!($fresh);
        store_contract_of_users!($fresh);
        store_contract_of_sessions!($fresh);
        store_contract_of_known_clients!($fresh);
        store_contract_of_links!($fresh);
        store_contract_of_recoveries!($fresh);
        store_contract_of_outbox!($fresh);
        store_contract_of_invalidations!($fresh);
    };
}

/// Writes the tests out, a module for each port and each of its parts.
macro_rules! store_contract_tests {
    ($fresh:ident; $port:ident $($part:ident { $($behaviour:ident)* })*) => {
        mod $port {
            $(
                mod $part {
                    $(
                        #[tokio::test(flavor = "multi_thread")]
                        async fn $behaviour() {
                            let (store, _guard) = super::super::$fresh().await;
                            crate::$port::$part::$behaviour(store).await;
                        }
                    )*
                }
            )*
        }
    };
}

mod databases;
mod faults;
mod given;
#[macro_use]
mod invalidations;
#[macro_use]
mod known_clients;
#[macro_use]
mod links;
mod lists;
mod nodes;
#[macro_use]
mod outbox;
mod plans;
#[macro_use]
mod recoveries;
#[macro_use]
mod sessions;
#[macro_use]
mod units;
#[macro_use]
mod users;
mod set_ups;

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use azuma_domain::ports::{Abort, Conflict, Store, StoreError, StoreExt, Transaction, WriteError};

/// Commits `work` and answers what it made. Fails the test where the store does.
async fn write<T: Send + 'static>(
    store: &Arc<dyn Store>,
    work: impl Fn(&mut dyn Transaction) -> Result<T, StoreError> + Send + 'static,
) -> T {
    let done: Result<T, StoreError> = store
        .transact(move |tx| work(tx).map_err(Abort::Store))
        .await;
    done.expect("the store answers")
}

/// Commits `work` unless it meets a conflict. Fails the test where the store does.
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

/// Runs `work`, which only looks. Fails the test where the store does.
async fn look<T: Send + 'static>(
    store: &Arc<dyn Store>,
    work: impl Fn(&mut dyn Transaction) -> Result<T, StoreError> + Send + 'static,
) -> T {
    store.read(work).await.expect("the store answers")
}

/// Keeps a transaction open for as long as it takes others to meet it.
fn linger() {
    thread::sleep(Duration::from_millis(3));
}

/// How many of `answers` are yes.
fn count(answers: &[bool]) -> usize {
    answers.iter().filter(|answer| **answer).count()
}
