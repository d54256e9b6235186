//! Several nodes over one database in one process, with clients and faults, all decided by a seed.
//!
//! The services, the session cache and the SQL are the product's own. The clock, the randomness, the mail server, the
//! hash function and what fails are the simulation's: time passes only where something waits for it, so that a run of
//! minutes takes milliseconds and is the same each time.
//!
//! | module | holds |
//! |---|---|
//! | [`plan`] | what clients do, made from a seed |
//! | [`fault`] | what fails |
//! | [`incident`] | what happened that the history does not tell |
//! | [`run`] | a plan, carried out: the [`History`](azuma_checker::History) of it |
//! | [`shrink`] | the least of a plan that still fails |
//! | [`Failure`] | a plan whose history no correct server has |
//! | `theme` | what a plan is mostly about |
//! | `client` | a client, who does what the plan says |
//! | `cluster`, `node` | the nodes, which crash and start again |
//! | `store` | the database as a node reaches it, with delays and faults |
//! | `write_lock` | the lock that who writes holds |
//! | `ports` | clock, randomness, passwords and mail |

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a simulation that meets the unexpected stops where it stands"
)]

mod chance;
mod client;
mod cluster;
mod failure;
pub mod fault;
pub mod incident;
mod known;
mod life;
mod mail_server;
mod node;
pub mod plan;
mod ports;
pub mod run;
pub mod shrink;
mod store;
mod theme;
mod write_lock;

pub use failure::{Failure, try_seeds};
