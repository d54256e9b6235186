//! Waits until a Postgres server accepts connections.

use std::thread;
use std::time::{Duration, Instant};

use super::connection::DbConnection;
use super::open_error::OpenError;
use super::pooler::Pooling;
use super::url::{DatabaseUrl, Location};

/// The pause between two attempts to connect.
const AGAIN_AFTER: Duration = Duration::from_millis(500);
/// The connection runs no statement, so a timeout for statements is not needed.
const NO_LIMIT: Duration = Duration::ZERO;

/// Waiting does not help if the error text of libpq or of the server contains one of these.
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

/// Waits until the Postgres server of this URL accepts a connection, and logs the first refusal. For SQLite it returns
/// at once. Blocks for `timeout` plus one attempt to connect at most.
///
/// # Errors
/// [`OpenError`] when the timeout has passed; at once if waiting does not help, such as after a wrong password.
pub fn wait_for_database(url: &DatabaseUrl, timeout: Duration) -> Result<(), OpenError> {
    let Location::Postgres(_) = url.location() else {
        return Ok(());
    };
    let since = now();
    let mut is_logged = false;
    loop {
        let Err(error) = DbConnection::open(url, Pooling::Transaction, NO_LIMIT) else {
            return Ok(());
        };
        if is_final(&error) || since.elapsed() + AGAIN_AFTER > timeout {
            return Err(error);
        }
        if !is_logged {
            is_logged = true;
            let seconds = timeout.as_secs();
            tracing::warn!(%error, "waiting for the database for up to {seconds} s");
        }
        thread::sleep(AGAIN_AFTER);
    }
}

fn is_final(error: &OpenError) -> bool {
    match error {
        // The socket of a server that has not started yet does not exist.
        OpenError::Refused { reason, .. } if reason.contains("No such file") => false,
        OpenError::Refused { reason, .. } => FINAL.iter().any(|words| reason.contains(words)),
        OpenError::Directory { .. } | OpenError::File { .. } | OpenError::SharedSessions { .. } => {
            true
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a duration is measured")]
fn now() -> Instant {
    Instant::now()
}
