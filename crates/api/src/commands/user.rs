//! `azuma user`: disables and enables accounts.

use std::error::Error;

use azuma_domain::user::{DisabledReason, UserName};

use super::{print, runtime};
use crate::cli::UserTask;
use crate::config::Config;
use crate::wiring;

/// Runs the task.
pub fn run(config: &Config, task: UserTask) -> Result<(), Box<dyn Error>> {
    runtime()?.block_on(async {
        match task {
            UserTask::Disable { name, reason } => disable(config, name, reason).await,
            UserTask::Enable { name } => enable(config, name).await,
        }
    })
}

async fn disable(
    config: &Config,
    name: UserName,
    reason: Option<DisabledReason>,
) -> Result<(), Box<dyn Error>> {
    let accounts = wiring::account_admin(config)?;
    let disabled = accounts.disable(name.clone(), reason).await;
    let revoked = disabled.map_err(|error| format!("{name} is not disabled: {error}"))?;
    Ok(print(&format!(
        "{name} is disabled; revoked sessions: {revoked}\n"
    ))?)
}

async fn enable(config: &Config, name: UserName) -> Result<(), Box<dyn Error>> {
    let accounts = wiring::account_admin(config)?;
    let enabled = accounts.enable(name.clone()).await;
    enabled.map_err(|error| format!("{name} is not enabled: {error}"))?;
    Ok(print(&format!("{name} is enabled\n"))?)
}
