//! `azuma backup` and `azuma restore`.

use std::path::PathBuf;

use clap::Args;

/// Where a backup is made. It works beside running servers.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct BackupTask {
    /// A new directory, or an empty one; its parent must exist
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
}

/// Which backup is restored, and what becomes of its sessions. Servers must not run on the database.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct RestoreTask {
    /// The directory of the backup
    #[arg(value_name = "DIR", required_unless_present = "finish")]
    pub directory: Option<PathBuf>,
    /// Set aside, under another name, a database that is there
    #[arg(long, requires = "directory")]
    pub replace: bool,
    /// Restore nothing: put in order the configured database, which `pg_restore` or another tool has restored
    #[arg(long, conflicts_with = "directory")]
    pub finish: bool,
    /// What becomes of its sessions
    #[command(flatten)]
    pub sessions: ChosenSessions,
}

/// What becomes of the sessions of a backup. One of the two must be said; the command's error says why.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct ChosenSessions {
    /// Revoke all sessions of the backup, those among them that had ended since it was made; everybody logs in again
    #[arg(long, conflicts_with = "keep_sessions")]
    pub end_sessions: bool,
    /// Let all sessions of the backup live, also those that had ended since it was made
    #[arg(long)]
    pub keep_sessions: bool,
}
