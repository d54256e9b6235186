//! `azuma restore`: restores a backup of an SQLite database, or finishes what another tool has restored.

use std::error::Error;
use std::path::Path;

use azuma_domain::services::{RevivedSessions, Settled};

use super::failure::Reason;
use super::output::shown;
use super::{Failure, print, runtime};
use crate::cli::{ChosenSessions, RestoreTask};
use crate::config::Config;
use crate::wiring::{self, ExistingDatabase, RestoredBackup, RestoredKey};

const SAY_WHICH: &str = "say `--end-sessions` or `--keep-sessions`: a backup revives the sessions that ended after it was \
     made, of users who logged out and of thieves whose session a new password had ended; `--end-sessions` revokes all \
     sessions, so that everybody logs in again, and `--keep-sessions` lets all of them live";

/// Runs the task.
pub fn run(config: &Config, task: &RestoreTask) -> Result<(), Box<dyn Error>> {
    let sessions = chosen(&task.sessions)?;
    let existing = match task.replace {
        true => ExistingDatabase::SetAside,
        false => ExistingDatabase::Refuse,
    };
    runtime()?.block_on(async {
        match &task.directory {
            Some(directory) => restore(config, directory, existing, sessions).await,
            None => finish(config, sessions).await,
        }
    })
}

fn chosen(sessions: &ChosenSessions) -> Result<RevivedSessions, Failure> {
    match (sessions.end_sessions, sessions.keep_sessions) {
        (true, _) => Ok(RevivedSessions::End),
        (false, true) => Ok(RevivedSessions::Keep),
        (false, false) => Err(Failure::new(Reason::Usage, SAY_WHICH)),
    }
}

async fn restore(
    config: &Config,
    directory: &Path,
    existing: ExistingDatabase,
    sessions: RevivedSessions,
) -> Result<(), Box<dyn Error>> {
    let restored = wiring::restore(config, directory, existing, sessions).await;
    let restored = restored.map_err(|error| format!("the backup is not restored: {error}"))?;
    let RestoredBackup {
        users,
        sessions,
        made_at,
        version,
        ..
    } = &restored;
    print(&format!(
        "restored the backup of {} by azuma {}: users: {users}, sessions: {sessions}\n",
        shown(made_at),
        shown(version)
    ))?;
    for path in &restored.set_aside {
        print(&format!("set aside: {}\n", path.display()))?;
    }
    tell(&restored.settled)?;
    match restored.key {
        RestoredKey::Same => Ok(()),
        RestoredKey::Another => Ok(print(
            "the secret key of this configuration is not the one that the backup was made with: without that one as \
             `secret_key`, or among `previous_secret_keys`, no second factor works\n",
        )?),
    }
}

async fn finish(config: &Config, sessions: RevivedSessions) -> Result<(), Box<dyn Error>> {
    let settled = wiring::finish_restore(config, sessions).await;
    let settled = settled.map_err(|error| {
        format!("the restored database is not in order; run the command again: {error}")
    })?;
    tell(&settled)
}

fn tell(settled: &Settled) -> Result<(), Box<dyn Error>> {
    match settled.sessions_revoked {
        Some(count) => print(&format!("revoked sessions: {count}\n"))?,
        None => print(
            "the sessions of the backup live, also those that had ended since it was made; `azuma session revoke --all` \
             revokes them\n",
        )?,
    }
    if settled.mail_set_aside > 0 {
        let count = settled.mail_set_aside;
        print(&format!(
            "messages that were waiting, and may have been sent since: {count}; they are dead letters now, which `azuma \
             mail list` prints and `azuma mail retry` sends\n"
        ))?;
    }
    Ok(print(
        "passwords, second factors, disabled and deleted accounts are as the backup has them\n",
    )?)
}
