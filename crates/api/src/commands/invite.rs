//! `azuma invite`: makes, lists and revokes invitations to register.

use std::error::Error;
use std::time::Duration;

use azuma_domain::invite::{InviteUses, UsedInvite};
use azuma_domain::registration::RegistrationMode;
use azuma_domain::services::InviteKey;

use super::{print, runtime};
use crate::cli::InviteTask;
use crate::config::Config;
use crate::wiring;

/// Runs the task.
pub fn run(config: &Config, task: InviteTask) -> Result<(), Box<dyn Error>> {
    runtime()?.block_on(async {
        match task {
            InviteTask::Create { uses, expires } => create(config, uses, expires).await,
            InviteTask::List { limit } => list(config, limit).await,
            InviteTask::Revoke { invite } => revoke(config, invite).await,
        }
    })
}

async fn create(
    config: &Config,
    uses: InviteUses,
    expires: Duration,
) -> Result<(), Box<dyn Error>> {
    let invites = wiring::invite_admin(config)?;
    let (invite, code) = invites.create(uses, expires).await?;
    let code = code.expose();
    let public_url = config.http.public_url.as_str();
    for (name, value) in [
        ("id", invite.id.to_string()),
        ("code", code.to_owned()),
        ("link", format!("{public_url}/register?invite={code}")),
        ("uses", uses.to_string()),
        ("expires", invite.expires_at.to_string()),
    ] {
        print(&format!("{name:<8} {value}\n"))?;
    }
    match config.registration.rules().mode {
        RegistrationMode::Invite => Ok(()),
        mode => Ok(print(&format!(
            "`registration.mode` is \"{mode}\" here, so this invitation is not asked for\n"
        ))?),
    }
}

async fn list(config: &Config, limit: u32) -> Result<(), Box<dyn Error>> {
    let listed = wiring::invite_admin(config)?.list(limit).await?;
    for UsedInvite { invite, accounts } in &listed {
        let (id, uses, expires) = (invite.id, invite.uses, invite.expires_at);
        print(&format!(
            "{id}  used {accounts} of {uses}  expires {expires}\n"
        ))?;
    }
    if u32::try_from(listed.len()).is_ok_and(|count| count == limit) {
        print(&format!(
            "there may be more; --limit lists more than {limit}\n"
        ))?;
    }
    if listed.is_empty() {
        print("no invitation works\n")?;
    }
    Ok(())
}

async fn revoke(config: &Config, invite: InviteKey) -> Result<(), Box<dyn Error>> {
    wiring::invite_admin(config)?.revoke(invite).await?;
    Ok(print("the invitation is revoked\n")?)
}
