//! `azuma user`: disables and enables accounts, and removes second factors.

use std::error::Error;

use azuma_domain::services::AccountKey;
use azuma_domain::user::{DisabledReason, UserId};

use super::{print, runtime};
use crate::cli::{ChosenUser, UserTask};
use crate::config::Config;
use crate::wiring;

/// Runs the task.
pub fn run(config: &Config, task: UserTask) -> Result<(), Box<dyn Error>> {
    runtime()?.block_on(async {
        match task {
            UserTask::Disable { user, reason } => disable(config, chosen(user)?, reason).await,
            UserTask::RemoveFactor { user } => remove_factor(config, chosen(user)?).await,
            UserTask::Enable { user } => enable(config, chosen(user)?).await,
        }
    })
}

/// The command line asks for one of the two.
fn chosen(user: ChosenUser) -> Result<AccountKey, &'static str> {
    let by_id = user.id.map(|id| AccountKey::Id(UserId::new(id)));
    by_id
        .or(user.name.map(AccountKey::Name))
        .ok_or("neither a name nor an id was given")
}

async fn disable(
    config: &Config,
    user: AccountKey,
    reason: Option<DisabledReason>,
) -> Result<(), Box<dyn Error>> {
    let accounts = wiring::account_admin(config)?;
    let disabled = accounts.disable(user.clone(), reason).await;
    let revoked = disabled.map_err(|error| format!("{user} is not disabled: {error}"))?;
    Ok(print(&format!(
        "{user} is disabled; revoked sessions: {revoked}\n"
    ))?)
}

async fn enable(config: &Config, user: AccountKey) -> Result<(), Box<dyn Error>> {
    let accounts = wiring::account_admin(config)?;
    let enabled = accounts.enable(user.clone()).await;
    enabled.map_err(|error| format!("{user} is not enabled: {error}"))?;
    Ok(print(&format!("{user} is enabled\n"))?)
}

async fn remove_factor(config: &Config, user: AccountKey) -> Result<(), Box<dyn Error>> {
    let accounts = wiring::account_admin(config)?;
    let removed = accounts.remove_factor(user.clone()).await;
    removed.map_err(|error| format!("{user} keeps its second factor: {error}"))?;
    Ok(print(&format!("{user} has no second factor\n"))?)
}
