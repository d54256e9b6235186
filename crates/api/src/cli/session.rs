//! `azuma session`.

use azuma_domain::services::AccountKey;
use clap::{Args, Subcommand};
use uuid::Uuid;

use super::Output;

/// The commands for sessions. They work with and without a running server.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum SessionTask {
    /// List live sessions: all, in the order of their ids, or those of an account, the newest first
    List {
        /// Whose; everybody's, if nobody is named
        #[command(flatten)]
        user: AnyUser,
        /// How the answer is printed
        #[command(flatten)]
        output: Output,
    },
    /// Revoke a session, or all; a running server refuses their tokens within three seconds
    Revoke(Revoked),
}

/// A user, by what it is called or by its id; or nobody.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[group(required = false, multiple = false)]
pub struct AnyUser {
    /// The user's name, proved e-mail address or id; refused where several accounts are called so
    #[arg(value_name = "USER", value_parser = AccountKey::parse)]
    pub user: Option<AccountKey>,
    /// The user's id, and nothing else
    #[arg(long)]
    pub id: Option<Uuid>,
}

/// Which sessions to revoke. One of the two is required, so that nobody logs every user out by mistake.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[group(required = true, multiple = false)]
pub struct Revoked {
    /// The session's id, as `list` prints it
    pub id: Option<Uuid>,
    /// Every session of every user
    #[arg(long)]
    pub all: bool,
}
