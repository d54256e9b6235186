//! The two databases every test runs on.

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

    /// A server on a new, empty database, with nothing set but what it cannot do without.
    pub fn server_with_defaults(self) -> Setup {
        match self {
            Self::Sqlite => Setup::sqlite(),
            Self::Postgres => Setup::postgres(&Cluster::shared().create_database()),
        }
    }
}

/// Makes a test on SQLite and one on Postgres of each `async fn(Database)` named.
#[macro_export]
macro_rules! on_both_databases {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test($crate::Database::Sqlite).await;
            })+
        }

        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                super::$test($crate::Database::Postgres).await;
            })+
        }
    };
}
