//! The contract every store must pass, on each database Azuma can keep its data in: by a store alone, and by two
//! that share a database, as two nodes do, or a server and the command line beside it.

mod databases;
mod faults;
mod nodes;
mod plans;

use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_infra::store::{DatabaseUrl, DieselStore, PoolOptions, migrate};
use azuma_tests::scratch;
use databases::Database;
use nodes::Nodes;

/// A store on the database at `url`, which is brought up to date first.
fn open(url: &str) -> Arc<dyn Store> {
    open_at(&DatabaseUrl::parse(url).expect("a database URL"))
}

fn open_at(url: &DatabaseUrl) -> Arc<dyn Store> {
    migrate(url).expect("an up-to-date database");
    Arc::new(DieselStore::open(url, PoolOptions::default()).expect("an open database"))
}

/// The URL of an SQLite file that is not there yet.
fn fresh_file() -> String {
    let directory = scratch::fresh_directory("store-contract");
    format!("sqlite://{}", directory.join("azuma.db").display())
}

mod postgres {
    use super::*;

    async fn fresh() -> (Arc<dyn Store>, Database) {
        let database = Database::fresh();
        (open(database.url()), database)
    }

    azuma_domain::store_contract!(fresh);
}

mod postgres_with_two_nodes {
    use super::*;

    async fn fresh() -> (Arc<dyn Store>, Database) {
        let database = Database::fresh();
        let nodes = Nodes::new(open(database.url()), open(database.url()));
        (Arc::new(nodes), database)
    }

    azuma_domain::store_contract!(fresh);
}

mod sqlite_file {
    use super::*;

    async fn fresh() -> (Arc<dyn Store>, ()) {
        (open(&fresh_file()), ())
    }

    azuma_domain::store_contract!(fresh);
}

mod sqlite_file_with_two_processes {
    use super::*;

    async fn fresh() -> (Arc<dyn Store>, ()) {
        let url = fresh_file();
        (Arc::new(Nodes::new(open(&url), open(&url))), ())
    }

    azuma_domain::store_contract!(fresh);
}

mod sqlite_in_memory {
    use super::*;

    async fn fresh() -> (Arc<dyn Store>, ()) {
        (open_at(&DatabaseUrl::in_memory()), ())
    }

    azuma_domain::store_contract!(fresh);
}
