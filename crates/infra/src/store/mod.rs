//! The domain's [`Store`](azuma_domain::ports::Store) on Postgres and SQLite.
//!
//! | module | holds |
//! |---|---|
//! | `url` | which database |
//! | `connection` | one connection to either, set up |
//! | `pool` | many, and how long to wait for one |
//! | `migrate` | the schema |
//! | `diesel_store` | the store: whose turn it is, and how long each is waited for |
//! | `writer` | SQLite's one writer, and what is committed together |
//! | `runs` | how often a unit of work is run, and until when |
//! | `unit_of_work` | one run on one connection |
//! | `handover` | whether it may still commit |
//! | `transaction` | the repositories together |
//! | `users`, `sessions`, `known_clients`, `links`, `recoveries`, `outbox`, `invalidations` | a repository each |
//! | `user_rows`, `session_rows`, `outbox_rows` | accounts, sessions, tokens and messages as rows |
//! | `session_uses` | the most frequent write |
//! | `schema`, `sql_types` | tables and column types, as diesel sees them |
//! | `errors` | what can go wrong, and what each of it means |
//!
//! Rows are locked from the top down: a user, then sessions by id, then their tokens by generation; the counter of
//! invalidations comes last of all. Where that order is not kept (a cascade), a deadlock is possible, and the unit of work is run again.

mod connection;
mod diesel_store;
mod errors;
mod handover;
mod invalidations;
mod known_clients;
mod libpq_paths;
mod links;
mod migrate;
mod outbox;
mod outbox_rows;
mod pool;
mod pooler;
mod recoveries;
mod runs;
mod schema;
mod session_rows;
mod session_uses;
mod sessions;
mod sql_types;
mod sqlite_file;
#[cfg(test)]
mod tests;
mod transaction;
mod unit_of_work;
mod url;
mod user_rows;
mod users;
mod waiting;
mod writer;

pub use diesel_store::DieselStore;
pub use errors::OpenError;
pub use migrate::{MigrateError, is_up_to_date, migrate};
pub use pool::PoolOptions;
pub use pooler::{InvalidPooling, Pooling};
pub use url::{DatabaseUrl, InvalidDatabaseUrl};
pub use waiting::wait_for_database;

/// The most rows that are deleted in one go, whatever the caller allows: a transaction stays short, and a
/// statement of SQLite takes no more than 32,766 values.
const MAX_SWEEP: u32 = 1_000;
