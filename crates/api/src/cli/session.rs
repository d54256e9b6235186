//! `azuma session`.

use clap::{Args, Subcommand};

/// The commands for sessions. They work with and without a running server.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum SessionTask {
    /// Revoke sessions; a running server refuses their tokens within three seconds
    Revoke(Revoked),
}

/// Which sessions to revoke. The flag is required, so that nobody logs every user out by mistake.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct Revoked {
    /// Every session of every user
    #[arg(long, required = true)]
    pub all: bool,
}
