//! How many files the server may open at once. Connections are files, too.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::config::Config;

/// What the server cannot start without, besides [`A_WORKER`] for each thread that answers requests.
const FEWEST: u64 = 64;
const A_WORKER: u64 = 4;
/// What a connection to the database takes at the most: SQLite's have a file, its log and its index.
const A_DATABASE_CONNECTION: u64 = 3;
/// With room for fewer clients than this at once, the log warns.
const MANY_CLIENTS: u64 = 1024;

/// Raises the limit as far as the process may, and logs it.
///
/// # Errors
/// A sentence, where the server cannot work with so few.
pub fn raise_limit(config: &Config) -> Result<(), String> {
    let limit = raised();
    let workers = u64::try_from(config.http.worker_count()).unwrap_or(u64::MAX);
    let fewest = FEWEST.saturating_add(workers.saturating_mul(A_WORKER));
    if limit < fewest {
        return Err(format!(
            "the server may open {limit} files at once and needs {fewest} at the least: raise its limit, by `ulimit -n` or \
             systemd's LimitNOFILE"
        ));
    }
    let connections = u64::from(config.database.max_connections) * A_DATABASE_CONNECTION;
    let clients = limit.saturating_sub(fewest.saturating_add(connections));
    if clients < MANY_CLIENTS {
        tracing::warn!(
            "the server may open {limit} files at once, of which {clients} are left for clients' connections; `ulimit -n` or \
             systemd's LimitNOFILE raises the limit"
        );
    } else {
        tracing::info!("the server may open {limit} files at once");
    }
    Ok(())
}

/// The limit, at its highest.
fn raised() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let highest = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let holds = match setrlimit(Resource::Nofile, highest) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::warn!(%error, "the limit to open files cannot be raised");
            limit.current
        }
    };
    // None is no limit.
    holds.unwrap_or(u64::MAX)
}
