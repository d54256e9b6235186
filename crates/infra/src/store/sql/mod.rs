//! The repositories: a file or a folder for each table, rows beside their queries.
//!
//! Each query is written once for both databases; a `match` on the connection stands only where the two differ.
//!
//! Rows are locked from the top down: an invitation, a user, then sessions by id, then tokens by generation, and last the counter of
//! invalidations. A cascade does not keep this order, so a deadlock is possible; the unit of work is then run again.

mod audit_events;
mod factors;
mod invalidations;
mod invites;
mod known_clients;
mod links;
mod outbox;
mod recoveries;
pub(super) mod repositories;
pub(super) mod schema;
mod services;
mod sessions;
mod types;
mod users;

use azuma_domain::ports::StoreError;

/// The most rows that one call deletes or leases, whatever its caller allows. It keeps a transaction short, and a
/// statement of SQLite takes at most 32,766 values.
const MAX_SWEEP: u32 = 1_000;

/// An error for a stored value that the domain does not accept. It names the column, and leaves the value out of the
/// log.
fn corrupt(column: &'static str) -> StoreError {
    StoreError::Failed(format!("{column} holds a value that cannot be read").into())
}
