//! `azuma user`.

use azuma_domain::user::{DisabledReason, UserName};
use clap::{Args, Subcommand};
use uuid::Uuid;

/// The commands for accounts. They work with and without a running server.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum UserTask {
    /// Disable an account: its sessions and links are revoked, and nobody can log in to it or recover it
    ///
    /// A running server refuses its tokens within three seconds. Its name and address stay taken.
    Disable {
        /// Whom
        #[command(flatten)]
        user: ChosenUser,
        /// Why; the server's log says so at each login that is refused, and no client sees it
        #[arg(long, value_parser = DisabledReason::parse)]
        reason: Option<DisabledReason>,
    },
    /// Remove an account's second factor; its user logs in with the password alone
    RemoveFactor {
        /// Whom
        #[command(flatten)]
        user: ChosenUser,
    },
    /// Enable a disabled account; its user can log in again with its password
    Enable {
        /// Whom
        #[command(flatten)]
        user: ChosenUser,
    },
}

/// A user, by its name or by the id that the log tells.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[group(required = true, multiple = false)]
pub struct ChosenUser {
    /// The user's name
    #[arg(value_parser = UserName::parse)]
    pub name: Option<UserName>,
    /// The user's id, as the log tells it, instead of its name
    #[arg(long)]
    pub id: Option<Uuid>,
}
