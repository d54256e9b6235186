//! Connections, and the execution of units of work.
//!
//! | file | holds |
//! |---|---|
//! | `executor` | a unit of work from its permit to its outcome |
//! | `attempt` | one run of a unit of work on one connection |
//! | `retries` | how often and after which pause a unit of work is run again |
//! | `cancel` | whether a unit of work may still commit |
//! | `fault` | what the error of a statement means |
//! | `pool` | the pools of connections |
//! | `connection` | one connection, set up |
//! | `url` | the URL of a database |
//! | `sqlite_file` | whether an SQLite file is still the one that was opened |
//! | `pooler` | connections through a pooler, such as PgBouncer |
//! | `readiness` | waits until a Postgres server accepts connections |
//! | `versions` | which migrations a database has, and which this release knows |
//! | `migrate` | applies migrations |
//! | `migrate_error` | why a database cannot be migrated |
//! | `moved` | a database that a live copy has closed |
//! | `copy` | copies of an SQLite database |
//! | `examine` | what an operator asks of a database |
//! | `plan` | what a migration would do |
//! | `open_error` | why a database cannot be opened |

pub(super) mod attempt;
pub(super) mod cancel;
pub(super) mod connection;
pub(super) mod copy;
pub(super) mod examine;
pub(super) mod executor;
pub(super) mod fault;
pub(super) mod migrate;
pub(super) mod migrate_error;
pub(super) mod moved;
pub(super) mod one_column;
pub(super) mod open_error;
pub(super) mod plan;
pub(super) mod pool;
pub(super) mod pooler;
pub(super) mod readiness;
mod retries;
pub(super) mod sqlite_file;
pub(super) mod url;
pub(super) mod versions;
