//! Waiting for a server of Postgres that is not there yet.

use std::thread;
use std::time::{Duration, Instant};

use super::connection::DbConnection;
use super::open_error::OpenError;
use super::pooler::Pooling;
use super::url::{DatabaseUrl, Location};

/// How often a server is asked for.
const AGAIN_AFTER: Duration = Duration::from_millis(500);
/// How long a statement may take; there is none.
const NO_LIMIT: Duration = Duration::ZERO;

/// What a server says, in the words of libpq or its own, that says it again however long one waits.
const FINAL: [&str; 9] = [
    "authentication failed",
    "certificate",
    "does not exist",
    "does not support SSL",
    "invalid",
    "no password supplied",
    "no pg_hba.conf entry",
    "permission denied",
    "unsupported",
];

/// Waits until the server of this URL lets us in, and logs why it does not; SQLite's file is there at once, or never.
/// Blocks.
///
/// # Errors
/// [`OpenError`] once the time is up, and at once where waiting is of no use: a wrong password, or no such database.
pub fn wait_for_database(url: &DatabaseUrl, timeout: Duration) -> Result<(), OpenError> {
    let Location::Postgres(_) = url.location() else {
        return Ok(());
    };
    let since = now();
    let mut is_told = false;
    loop {
        let Err(error) = DbConnection::open(url, Pooling::Transaction, NO_LIMIT) else {
            return Ok(());
        };
        if is_final(&error) || since.elapsed() + AGAIN_AFTER > timeout {
            return Err(error);
        }
        if !is_told {
            is_told = true;
            let seconds = timeout.as_secs();
            tracing::warn!(%error, "waiting for the database, for {seconds} s at the most");
        }
        thread::sleep(AGAIN_AFTER);
    }
}

fn is_final(error: &OpenError) -> bool {
    match error {
        // A socket that is not there yet is a file that does not exist.
        OpenError::Refused { reason, .. } if reason.contains("No such file") => false,
        OpenError::Refused { reason, .. } => FINAL.iter().any(|words| reason.contains(words)),
        OpenError::Directory { .. } | OpenError::File { .. } | OpenError::SharedSessions { .. } => {
            true
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a span is measured, no time is told"
)]
fn now() -> Instant {
    Instant::now()
}
