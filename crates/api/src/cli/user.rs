//! `azuma user`.

use azuma_domain::services::{AccountKey, StateFilter};
use azuma_domain::user::{DisabledReason, EmailAddress, UserName};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use uuid::Uuid;

use super::Output;

/// The commands for accounts. They work with and without a running server, which obeys within three seconds.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum UserTask {
    /// Create an account that can be used at once, whoever may register
    ///
    /// Name, address and password must follow the rules of the instance; `registration.mode` does not matter. No message is sent.
    Create {
        /// The name of the account
        #[arg(value_parser = UserName::parse)]
        name: UserName,
        /// Its e-mail address
        #[arg(long, value_name = "ADDRESS", value_parser = EmailAddress::parse)]
        email: Option<EmailAddress>,
        /// The address is known to be the user's: it can log in with it, and recover the account by it
        #[arg(long, requires = "email")]
        email_proved: bool,
        /// Where the password comes from
        #[command(flatten)]
        password: PasswordSource,
        /// How the answer is printed
        #[command(flatten)]
        output: Output,
    },
    /// List accounts, in the order of their names in lower case, byte by byte
    List(AccountQuery),
    /// Show what is stored of an account
    Show {
        /// Whom
        #[command(flatten)]
        user: ChosenUser,
        /// How the answer is printed
        #[command(flatten)]
        output: Output,
    },
    /// Set the password of an account; its sessions and links are revoked, and its second factor stays
    ///
    /// No message is sent.
    SetPassword {
        /// Whom
        #[command(flatten)]
        user: ChosenUser,
        /// Where the password comes from
        #[command(flatten)]
        password: PasswordSource,
        /// How the answer is printed
        #[command(flatten)]
        output: Output,
    },
    /// Give an account another name; its sessions stay
    #[command(allow_missing_positional = true)]
    Rename {
        /// Whom
        #[command(flatten)]
        user: ChosenUser,
        /// The new name
        #[arg(value_name = "NAME", value_parser = UserName::parse)]
        to: UserName,
    },
    /// Give an account another e-mail address; its links are revoked, and its sessions stay
    ///
    /// No message is sent, neither to the new address nor to the former one.
    #[command(allow_missing_positional = true)]
    SetEmail {
        /// Whom
        #[command(flatten)]
        user: ChosenUser,
        /// The new address
        #[arg(value_name = "ADDRESS", value_parser = EmailAddress::parse)]
        to: EmailAddress,
        /// The address is known to be the user's: it can log in with it, and recover the account by it
        #[arg(long)]
        proved: bool,
    },
    /// Delete an account with its sessions, links and mail; its name and its address are free at once
    Delete {
        /// Whom
        #[command(flatten)]
        user: ChosenUser,
        /// Do it; needed where a person types the command
        #[arg(long)]
        yes: bool,
    },
    /// List the live sessions of an account, the newest first
    Sessions {
        /// Whose
        #[command(flatten)]
        user: ChosenUser,
        /// How the answer is printed
        #[command(flatten)]
        output: Output,
    },
    /// Revoke all sessions of an account; its user can log in again
    Revoke {
        /// Whose
        #[command(flatten)]
        user: ChosenUser,
    },
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

/// A user, by what it is called or by its id.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[group(required = true, multiple = false)]
pub struct ChosenUser {
    /// The user's name, proved e-mail address or id; refused where several accounts are called so
    #[arg(value_name = "USER", value_parser = AccountKey::parse)]
    pub user: Option<AccountKey>,
    /// The user's id, and nothing else
    #[arg(long)]
    pub id: Option<Uuid>,
}

/// Where a new password comes from. It is no argument, because those stand in the list of processes and in the history
/// of the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Args)]
#[group(required = false, multiple = false)]
pub struct PasswordSource {
    /// Read the password from standard input, to its end or the end of its line; else a terminal is asked
    #[arg(long)]
    pub password_stdin: bool,
    /// Make a random password, and print it, which nobody can look up later
    #[arg(long)]
    pub generate: bool,
}

/// Which accounts are listed: those that everything given is true of.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct AccountQuery {
    /// Only accounts whose names begin so, in upper or lower case
    #[arg(long, value_name = "TEXT", value_parser = UserName::parse)]
    pub name_prefix: Option<UserName>,
    /// Only the account with this e-mail address, proved or not
    #[arg(long, value_name = "ADDRESS", value_parser = EmailAddress::parse)]
    pub email: Option<EmailAddress>,
    /// Only accounts in this state
    #[arg(long, value_parser = state())]
    pub state: Option<StateFilter>,
    /// How the answer is printed
    #[command(flatten)]
    pub output: Output,
}

/// Parses the word for a state.
fn state() -> impl TypedValueParser<Value = StateFilter> {
    PossibleValuesParser::new(StateFilter::ALL.map(StateFilter::word))
        .try_map(|word| StateFilter::named(&word).ok_or("no such state"))
}
