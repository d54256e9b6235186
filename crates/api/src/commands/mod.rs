//! What the binary can be asked to do.

pub mod config;
pub mod mail;
pub mod migrate;
pub mod serve;
pub mod session;

use std::io::{ErrorKind, Write, stdout};

use tokio::runtime::{Builder, Runtime};

/// Prints text on standard output. A reader that has gone has read enough, as in `azuma config | head -1`.
///
/// # Errors
/// A sentence, where it cannot be printed for another reason.
fn print(text: &str) -> Result<(), String> {
    let mut out = stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("standard output cannot be written: {error}"))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What asynchronous work runs on, on one thread.
fn runtime() -> Result<Runtime, String> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| format!("no work can begin: {error}"))
}
