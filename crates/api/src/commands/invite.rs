//! `azuma invite`: makes, lists and revokes invitations to register.

use std::error::Error;
use std::time::Duration;

use azuma_domain::invite::{Invite, InviteCode, InviteUses, UsedInvite};
use azuma_domain::registration::RegistrationMode;
use azuma_domain::services::InviteKey;
use serde::Serialize;
use uuid::Uuid;

use super::output::{Form, json, print_once, say};
use super::{Failure, print, runtime};
use crate::cli::InviteTask;
use crate::config::Config;
use crate::wiring;

/// An invitation for programs.
#[derive(Serialize)]
struct Listed {
    id: Uuid,
    uses: u32,
    accounts: u64,
    created_at: String,
    expires_at: String,
}

/// An invitation that was made, for programs.
#[derive(Serialize)]
struct Created<'a> {
    id: Uuid,
    code: &'a str,
    link: String,
    uses: u32,
    expires_at: String,
}

/// Runs the task.
pub fn run(config: &Config, task: InviteTask) -> Result<(), Box<dyn Error>> {
    runtime()?.block_on(async {
        match task {
            InviteTask::Create {
                uses,
                expires,
                output,
            } => create(config, uses, expires, output.into()).await,
            InviteTask::List { limit, output } => list(config, limit, output.into()).await,
            InviteTask::Revoke { invite } => revoke(config, invite).await,
        }
    })
}

async fn create(
    config: &Config,
    uses: InviteUses,
    expires: Duration,
    form: Form,
) -> Result<(), Box<dyn Error>> {
    let invites = wiring::invite_admin(config)?;
    let (invite, code) = invites.create(uses, expires).await?;
    let public_url = config.http.public_url.as_str();
    let link = format!("{public_url}/register?invite={}", code.expose());
    let remedy = format!(
        "the invitation is made and its code lost: `azuma invite revoke {}` revokes it",
        invite.id.uuid()
    );
    match form {
        Form::Text => print_once(&lines(&invite, &code, &link), &remedy)?,
        Form::Json => {
            let created = Created {
                id: invite.id.uuid(),
                code: code.expose(),
                link,
                uses: invite.uses.get(),
                expires_at: invite.expires_at.to_string(),
            };
            print_once(&format!("{}\n", json(&created)?), &remedy)?;
        }
    }
    let hint = |mode| {
        format!("`registration.mode` is \"{mode}\" here, so this invitation is not asked for")
    };
    match (config.registration.rules().mode, form) {
        (RegistrationMode::Invite, _) => Ok(()),
        (mode, Form::Text) => Ok(print(&format!("{}\n", hint(mode)))?),
        (mode, Form::Json) => {
            say(&hint(mode));
            Ok(())
        }
    }
}

fn lines(invite: &Invite, code: &InviteCode, link: &str) -> String {
    let lines = [
        ("id", invite.id.to_string()),
        ("code", code.expose().to_owned()),
        ("link", link.to_owned()),
        ("uses", invite.uses.to_string()),
        ("expires", invite.expires_at.to_string()),
    ];
    lines
        .map(|(name, value)| format!("{name:<8} {value}\n"))
        .concat()
}

async fn list(config: &Config, limit: u32, form: Form) -> Result<(), Box<dyn Error>> {
    let listed = wiring::invite_admin(config)?.list(limit).await?;
    for used in &listed {
        print(&format!("{}\n", line(used, form)?))?;
    }
    let more = format!("there may be more; --limit lists more than {limit}");
    let is_full = u32::try_from(listed.len()).is_ok_and(|count| count == limit);
    match (form, is_full) {
        (Form::Text, true) => print(&format!("{more}\n"))?,
        (Form::Json, true) => say(&more),
        (Form::Text, false) if listed.is_empty() => print("no invitation works\n")?,
        (Form::Text | Form::Json, false) => {}
    }
    Ok(())
}

fn line(used: &UsedInvite, form: Form) -> Result<String, serde_json::Error> {
    let UsedInvite { invite, accounts } = used;
    let (id, uses, expires) = (invite.id, invite.uses, invite.expires_at);
    match form {
        Form::Text => Ok(format!(
            "{id}  used {accounts} of {uses}  expires {expires}"
        )),
        Form::Json => json(&Listed {
            id: id.uuid(),
            uses: uses.get(),
            accounts: *accounts,
            created_at: invite.created_at.to_string(),
            expires_at: expires.to_string(),
        }),
    }
}

async fn revoke(config: &Config, invite: InviteKey) -> Result<(), Box<dyn Error>> {
    let revoked = wiring::invite_admin(config)?.revoke(invite).await;
    revoked.map_err(Failure::from)?;
    Ok(print("the invitation is revoked\n")?)
}
