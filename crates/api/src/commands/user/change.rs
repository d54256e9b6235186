//! The tasks of `azuma user` that change an account and need no password.

use std::error::Error;
use std::io::{IsTerminal, stdin};

use azuma_domain::services::{AccountKey, EmailStanding};
use azuma_domain::user::{DisabledReason, EmailAddress, UserName};

use super::print;
use crate::commands::Failure;
use crate::commands::failure::Reason;
use crate::config::Config;
use crate::wiring;

/// Whether the operator has said that what cannot be undone is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    Given,
    Missing,
}

impl From<bool> for Consent {
    fn from(yes: bool) -> Self {
        match yes {
            true => Self::Given,
            false => Self::Missing,
        }
    }
}

/// What the flag says of an address.
pub fn standing(proved: bool) -> EmailStanding {
    match proved {
        true => EmailStanding::Proved,
        false => EmailStanding::Claimed,
    }
}

pub async fn rename(config: &Config, user: AccountKey, to: UserName) -> Result<(), Box<dyn Error>> {
    let accounts = wiring::account_admin(config)?;
    let renamed = accounts.rename(user.clone(), to.clone()).await;
    renamed.map_err(|error| Failure::from(error).of(format!("{user} is not renamed")))?;
    Ok(print(&format!("{user} is called {to}\n"))?)
}

pub async fn set_email(
    config: &Config,
    user: AccountKey,
    to: EmailAddress,
    standing: EmailStanding,
) -> Result<(), Box<dyn Error>> {
    let accounts = wiring::account_admin(config)?;
    let set = accounts.set_email(user.clone(), to.clone(), standing).await;
    set.map_err(|error| Failure::from(error).of(format!("{user} keeps its address")))?;
    let proved = match standing {
        EmailStanding::Claimed => "not proved",
        EmailStanding::Proved => "proved",
    };
    Ok(print(&format!("{user} has the address {to}, {proved}\n"))?)
}

pub async fn delete(
    config: &Config,
    user: AccountKey,
    consent: Consent,
) -> Result<(), Box<dyn Error>> {
    if consent == Consent::Missing && stdin().is_terminal() {
        let sentence = format!(
            "{user} is not deleted: that cannot be undone; `--yes` does it, and `user disable` is the way back"
        );
        return Err(Failure::new(Reason::Usage, sentence).into());
    }
    let deleted = wiring::account_admin(config)?.delete(user.clone()).await;
    deleted.map_err(|error| Failure::from(error).of(format!("{user} is not deleted")))?;
    Ok(print(&format!("{user} is deleted\n"))?)
}

pub async fn revoke(config: &Config, user: AccountKey) -> Result<(), Box<dyn Error>> {
    let accounts = wiring::account_admin(config)?;
    let revoked = accounts.revoke_sessions(user.clone()).await;
    let revoked =
        revoked.map_err(|error| Failure::from(error).of(format!("{user} keeps its sessions")))?;
    Ok(print(&format!("{user}: revoked sessions: {revoked}\n"))?)
}

pub async fn disable(
    config: &Config,
    user: AccountKey,
    reason: Option<DisabledReason>,
) -> Result<(), Box<dyn Error>> {
    let accounts = wiring::account_admin(config)?;
    let disabled = accounts.disable(user.clone(), reason).await;
    let revoked =
        disabled.map_err(|error| Failure::from(error).of(format!("{user} is not disabled")))?;
    Ok(print(&format!(
        "{user} is disabled; revoked sessions: {revoked}\n"
    ))?)
}

pub async fn enable(config: &Config, user: AccountKey) -> Result<(), Box<dyn Error>> {
    let accounts = wiring::account_admin(config)?;
    let enabled = accounts.enable(user.clone()).await;
    enabled.map_err(|error| Failure::from(error).of(format!("{user} is not enabled")))?;
    Ok(print(&format!("{user} is enabled\n"))?)
}

pub async fn remove_factor(config: &Config, user: AccountKey) -> Result<(), Box<dyn Error>> {
    let accounts = wiring::account_admin(config)?;
    let removed = accounts.remove_factor(user.clone()).await;
    removed.map_err(|error| Failure::from(error).of(format!("{user} keeps its second factor")))?;
    Ok(print(&format!("{user} has no second factor\n"))?)
}
