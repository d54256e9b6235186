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

/// The most rows that one call deletes, whatever limit the caller gives: transactions stay short, and a statement of SQLite
/// takes at most 32,766 values.
const MAX_SWEEP: u32 = 1_000;

/// The error of a stored value that the domain does not accept. It names the column, and does not repeat the value.
fn corrupt(column: &'static str) -> StoreError {
    StoreError::Failed(format!("{column} holds a value that cannot be read").into())
}
