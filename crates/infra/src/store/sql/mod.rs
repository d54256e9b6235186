//! The repositories: a file or a folder for each table, rows beside their queries.
//!
//! Each query is written once for both databases; a `match` on the connection stands only where the two differ.
//!
//! Rows are locked from the top down: a user, then sessions by id, then their tokens by generation; the counter of
//! invalidations comes last. Where that order is not kept (a cascade), a deadlock is possible, and the unit of work is
//! run again.

mod invalidations;
mod known_clients;
mod links;
mod outbox;
mod recoveries;
pub(super) mod repositories;
pub(super) mod schema;
mod sessions;
mod types;
mod users;

use azuma_domain::ports::StoreError;

/// The most rows that are deleted or leased in one go, whatever the caller allows: a transaction stays short, and a
/// statement of SQLite takes no more than 32,766 values.
const MAX_SWEEP: u32 = 1_000;

/// A stored value that the domain does not take. The value stays out of the log; the column is enough to find it.
fn corrupt(column: &'static str) -> StoreError {
    StoreError::Failed(format!("{column} holds a value that cannot be read").into())
}
