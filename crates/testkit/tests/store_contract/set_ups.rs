//! The stores that each behaviour is tested on: on each database one store, and two that share the database, like two
//! nodes, or like a server and a command.

use std::pin::Pin;
use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_infra::store::{DatabaseUrl, DieselStore, PoolOptions, migrate};
use azuma_tests::scratch;
use tokio::runtime;

use crate::databases::Database;
use crate::nodes::Nodes;

/// A store on SQLite in memory.
pub fn sqlite_in_memory<F: Future<Output = ()>>(behaviour: fn(Arc<dyn Store>) -> F) {
    run(Box::pin(behaviour(open_at(&DatabaseUrl::in_memory()))));
}

/// A store on an SQLite file.
pub fn sqlite_file<F: Future<Output = ()>>(behaviour: fn(Arc<dyn Store>) -> F) {
    run(Box::pin(behaviour(open(&fresh_file()))));
}

/// Two stores on one SQLite file.
pub fn sqlite_file_with_two_processes<F: Future<Output = ()>>(behaviour: fn(Arc<dyn Store>) -> F) {
    let url = fresh_file();
    run(Box::pin(behaviour(open_twice(&url))));
}

/// A store on a Postgres database.
pub fn postgres<F: Future<Output = ()>>(behaviour: fn(Arc<dyn Store>) -> F) {
    let database = Database::fresh();
    run(Box::pin(behaviour(open(database.url()))));
}

/// Two stores on one Postgres database.
pub fn postgres_with_two_nodes<F: Future<Output = ()>>(behaviour: fn(Arc<dyn Store>) -> F) {
    let database = Database::fresh();
    run(Box::pin(behaviour(open_twice(database.url()))));
}

fn run(behaviour: Pin<Box<dyn Future<Output = ()> + '_>>) {
    let runtime = runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime").block_on(behaviour);
}

/// A store on the database at `url`, which is brought up to date first.
pub fn open(url: &str) -> Arc<dyn Store> {
    open_at(&DatabaseUrl::parse(url).expect("a database URL"))
}

fn open_at(url: &DatabaseUrl) -> Arc<dyn Store> {
    migrate(url).expect("an up-to-date database");
    Arc::new(DieselStore::open(url, PoolOptions::default()).expect("an open database"))
}

fn open_twice(url: &str) -> Arc<dyn Store> {
    Arc::new(Nodes::new(open(url), open(url)))
}

/// The URL of an SQLite file that does not exist yet.
pub fn fresh_file() -> String {
    let directory = scratch::fresh_directory("store-contract");
    format!("sqlite://{}", directory.join("azuma.db").display())
}
