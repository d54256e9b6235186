//! `azuma backup`: backs up an SQLite database.

use std::error::Error;

use super::print;
use crate::cli::BackupTask;
use crate::config::Config;
use crate::wiring::{self, KeyPlace};

/// Makes the backup.
pub fn run(config: &Config, task: &BackupTask) -> Result<(), Box<dyn Error>> {
    let directory = &task.directory;
    let made = wiring::back_up(config, directory)
        .map_err(|error| format!("no backup was made: {error}"))?;
    let key = match made.key {
        KeyPlace::InBackup => {
            "the secret key is in the backup: whoever reads it can make tokens of every session"
        }
        KeyPlace::InConfiguration => {
            "the secret key is in the configuration and not in the backup: keep it with the backup"
        }
    };
    Ok(print(&format!(
        "the backup is in {}: users: {}, sessions: {}, bytes: {}\n{key}\n",
        directory.display(),
        made.users,
        made.sessions,
        made.bytes,
    ))?)
}
