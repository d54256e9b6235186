//! The two databases that tests run on; [`on_both_databases`](crate::on_both_databases) makes a test for each.

use std::pin::Pin;

use tokio::runtime;

use crate::postgres::Cluster;
use crate::server::Setup;

/// Which database a server under test keeps its data in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// The embedded default, in the server's working directory.
    Sqlite,
    /// A database of its own in the shared cluster.
    Postgres,
}

impl Database {
    /// A server on a new, empty database, with cheap password hashes and no abuse guard.
    pub fn server(self) -> Setup {
        self.server_with_defaults().for_tests()
    }

    /// A server on a new, empty database, with only the settings that it requires.
    pub fn server_with_defaults(self) -> Setup {
        match self {
            Self::Sqlite => Setup::sqlite(),
            Self::Postgres => Setup::postgres(&Cluster::shared().create_database()),
        }
    }
}

/// Runs a test on SQLite.
pub fn sqlite<F: Future<Output = ()>>(test: fn(Database) -> F) {
    run(Box::pin(test(Database::Sqlite)));
}

/// Runs a test on Postgres.
pub fn postgres<F: Future<Output = ()>>(test: fn(Database) -> F) {
    run(Box::pin(test(Database::Postgres)));
}

fn run(test: Pin<Box<dyn Future<Output = ()> + '_>>) {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(test);
}
