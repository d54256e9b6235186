//! The limit to open files. Each connection is an open file.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::config::Config;

/// The fewest files that the server needs to start, besides [`A_WORKER`] for each worker thread.
const FEWEST: u64 = 64;
const A_WORKER: u64 = 4;
/// The most files of one database connection: SQLite opens the database, its write-ahead log and the log's index.
const A_DATABASE_CONNECTION: u64 = 3;
/// The log warns if fewer client connections than this fit under the limit.
const MANY_CLIENTS: u64 = 1024;

/// Raises the limit to its hard limit, and logs the result.
///
/// # Errors
/// One sentence if the hard limit is too low for the server.
pub fn raise_limit(config: &Config) -> Result<(), String> {
    let limit = raised();
    let workers = u64::try_from(config.http.worker_count()).unwrap_or(u64::MAX);
    let fewest = FEWEST.saturating_add(workers.saturating_mul(A_WORKER));
    if limit < fewest {
        return Err(format!(
            "the server may open {limit} files at once and needs at least {fewest}: raise the limit with `ulimit -n` \
             or systemd's LimitNOFILE"
        ));
    }
    let connections = u64::from(config.database.max_connections) * A_DATABASE_CONNECTION;
    let clients = limit.saturating_sub(fewest.saturating_add(connections));
    if clients < MANY_CLIENTS {
        tracing::warn!(
            "the server may open {limit} files at once, which leaves {clients} for client connections; raise the limit \
             with `ulimit -n` or systemd's LimitNOFILE"
        );
    } else {
        tracing::info!("the server may open {limit} files at once");
    }
    Ok(())
}

/// Raises the soft limit to the hard limit and returns the limit in force.
fn raised() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let highest = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let holds = match setrlimit(Resource::Nofile, highest) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::warn!(%error, "cannot raise the limit to open files");
            limit.current
        }
    };
    // `None` means unlimited.
    holds.unwrap_or(u64::MAX)
}
