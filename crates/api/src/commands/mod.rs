//! The commands of the binary.

pub mod audit;
pub mod backup;
pub mod config;
pub mod health;
pub mod invite;
pub mod mail;
pub mod migrate;
pub mod restore;
pub mod serve;
pub mod session;
pub mod user;

use std::io::{ErrorKind, Write, stdout};

use tokio::runtime::{Builder, Runtime};

/// Prints text on standard output. A closed pipe is not an error, as in `azuma config | head -1`.
///
/// # Errors
/// One sentence if the text cannot be written for another reason.
fn print(text: &str) -> Result<(), String> {
    let mut out = stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("standard output cannot be written: {error}"))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// A runtime of one thread.
fn runtime() -> Result<Runtime, String> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| format!("cannot start the asynchronous runtime: {error}"))
}
