//! `azuma session`: revokes sessions.

use std::error::Error;

use super::{print, runtime};
use crate::cli::SessionTask;
use crate::config::Config;
use crate::wiring;

/// Runs the task.
pub fn run(config: &Config, task: SessionTask) -> Result<(), Box<dyn Error>> {
    runtime()?.block_on(async {
        match task {
            SessionTask::Revoke(_) => revoke_all(config).await,
        }
    })
}

async fn revoke_all(config: &Config) -> Result<(), Box<dyn Error>> {
    let revoked = wiring::session_admin(config)?.revoke_all().await;
    let count = revoked.map_err(|error| {
        format!("some sessions may not be revoked; run the command again: {error}")
    })?;
    Ok(print(&format!("revoked sessions: {count}\n"))?)
}
