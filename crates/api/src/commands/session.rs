//! `azuma session`: lists and revokes sessions.

use std::error::Error;

use azuma_domain::services::{AccountKey, SessionList};
use azuma_domain::session::{ListedSession, SessionId, UserAgent};
use azuma_domain::user::UserId;
use serde::Serialize;
use uuid::Uuid;

use super::output::{Form, Readers, json, or_dash, print, print_on, say, shown};
use super::{Failure, runtime};
use crate::cli::{AnyUser, Revoked, SessionTask};
use crate::config::Config;
use crate::wiring;

/// The head of a table of sessions. What a client wrote stands last: it has any width.
const HEAD: &str = concat!(
    "ID                                    USER                                  CREATED                      ",
    "LAST USED                    EXPIRES                      IP                                       AGENT\n"
);

/// A session for programs.
#[derive(Serialize)]
struct Session<'a> {
    id: Uuid,
    user_id: Uuid,
    created_at: String,
    last_used_at: Option<String>,
    expires_at: String,
    ip: Option<String>,
    user_agent: Option<&'a str>,
}

/// Runs the task.
pub fn run(config: &Config, task: SessionTask) -> Result<(), Box<dyn Error>> {
    runtime()?.block_on(async {
        match task {
            SessionTask::List { user, output } => match named(user) {
                Some(user) => list_of(config, user, output.into()).await,
                None => list(config, output.into()).await,
            },
            SessionTask::Revoke(Revoked { id: Some(id), .. }) => {
                revoke(config, SessionId::new(id)).await
            }
            SessionTask::Revoke(Revoked { id: None, .. }) => revoke_all(config).await,
        }
    })
}

fn named(AnyUser { user, id }: AnyUser) -> Option<AccountKey> {
    let by_id = id.map(|id| AccountKey::Id(UserId::new(id)));
    by_id.or(user)
}

/// Prints the sessions of a user.
pub async fn list_of(config: &Config, user: AccountKey, form: Form) -> Result<(), Box<dyn Error>> {
    let listed = wiring::session_admin(config)?.list_of(user.clone()).await;
    let listed = listed.map_err(|error| Failure::from(error).of(user))?;
    Ok(print(&format!("{}{}", head(form), rows(&listed, form)?))?)
}

/// Prints all sessions, a page at a time.
async fn list(config: &Config, form: Form) -> Result<(), Box<dyn Error>> {
    let sessions = wiring::session_admin(config)?;
    let mut place = SessionList::default();
    let mut text = head(form).to_owned();
    while let Some(page) = sessions.read_on(&mut place).await? {
        for id in page.unreadable {
            say(&format!("session {id} was written by a later release"));
        }
        text.push_str(&rows(&page.live, form)?);
        if print_on(&text)? == Readers::Gone {
            break;
        }
        text.clear();
    }
    Ok(())
}

fn head(form: Form) -> &'static str {
    match form {
        Form::Text => HEAD,
        Form::Json => "",
    }
}

fn rows(listed: &[ListedSession], form: Form) -> Result<String, serde_json::Error> {
    let mut rows = String::new();
    for listed in listed {
        match form {
            Form::Text => rows.push_str(&row(listed)),
            Form::Json => rows.push_str(&json(&Session::from(listed))?),
        }
        rows.push('\n');
    }
    Ok(rows)
}

fn row(listed: &ListedSession) -> String {
    let session = &listed.session;
    let client = &session.client;
    let last_used = or_dash(listed.last_used_at);
    let agent = client.user_agent.as_ref().map(UserAgent::as_str);
    format!(
        "{}  {}  {}  {last_used:<27}  {}  {:<39}  {}",
        session.id,
        session.user_id,
        session.created_at,
        listed.token.expires_at,
        or_dash(client.ip),
        or_dash(agent.map(shown)),
    )
}

impl<'a> From<&'a ListedSession> for Session<'a> {
    fn from(listed: &'a ListedSession) -> Self {
        let session = &listed.session;
        Self {
            id: session.id.uuid(),
            user_id: session.user_id.uuid(),
            created_at: session.created_at.to_string(),
            last_used_at: listed.last_used_at.map(|at| at.to_string()),
            expires_at: listed.token.expires_at.to_string(),
            ip: session.client.ip.map(|ip| ip.to_string()),
            user_agent: session.client.user_agent.as_ref().map(UserAgent::as_str),
        }
    }
}

async fn revoke(config: &Config, id: SessionId) -> Result<(), Box<dyn Error>> {
    let revoked = wiring::session_admin(config)?.revoke(id).await;
    revoked.map_err(|error| Failure::from(error).of(format!("{id} is not revoked")))?;
    Ok(print(&format!("{id} is revoked\n"))?)
}

async fn revoke_all(config: &Config) -> Result<(), Box<dyn Error>> {
    let revoked = wiring::session_admin(config)?.revoke_all().await;
    let count = revoked.map_err(|error| {
        format!("some sessions may not be revoked; run the command again: {error}")
    })?;
    Ok(print(&format!("revoked sessions: {count}\n"))?)
}
