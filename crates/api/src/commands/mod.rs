//! The commands of the binary, a file or a folder each.

pub mod audit;
pub mod backup;
pub mod completions;
pub mod config;
pub mod copy;
pub mod doctor;
mod failure;
pub mod health;
pub mod import;
pub mod invite;
pub mod key;
pub mod mail;
pub mod man;
pub mod migrate;
pub mod output;
mod password;
pub mod restore;
pub mod serve;
pub mod service;
pub mod session;
pub mod user;

use tokio::runtime::{Builder, Runtime};

pub use failure::Failure;
use output::print;

/// A runtime of one thread.
fn runtime() -> Result<Runtime, String> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| format!("cannot start the asynchronous runtime: {error}"))
}
