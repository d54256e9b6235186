//! The command line. The arguments of each command are a file.

mod audit;
mod backup;
mod copy;
mod import;
mod invite;
mod key;
mod mail;
mod service;
mod session;
mod user;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueHint};
use clap_complete::Shell;

pub use audit::{AuditQuery, Since};
pub use backup::{BackupTask, ChosenSessions, RestoreTask};
pub use copy::{CopyTask, GivenUrl};
pub use import::{ImportFrom, ImportTask};
pub use invite::InviteTask;
pub use key::{KeyTask, RotateTask};
pub use mail::{Letters, MailTask};
pub use service::ServiceTask;
pub use session::{AnyUser, Revoked, SessionTask};
pub use user::{AccountQuery, ChosenUser, PasswordSource, UserTask};

/// The parsed command line; `Cli::parse()` reads it.
#[derive(Debug, Parser)]
#[command(
    name = "azuma",
    version,
    about = "A self-hosted account and session server",
    after_help = "Every setting is also an environment variable, such as AZUMA_HTTP__LISTEN for `http.listen`.\n\
                  README.md has the table of settings and a first session with curl.\n\n\
                  Exit codes: 0 done, 1 failed, 2 wrong command line, 3 no such account, session, invitation, service or message,\n\
                  4 refused by a rule, 5 migrations are pending; docs/operate.md says more."
)]
pub struct Cli {
    /// Read settings from this TOML file; the environment still overrides them
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

/// The commands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Run the server; `azuma` without a command does this too
    #[default]
    Serve,
    /// Bring the database to this version's schema, and stop
    Migrate(MigrateTask),
    /// Print the settings in force as TOML, secrets masked
    Config,
    /// Look at settings, database, key, clock, disk, mail, proxy and certificate, and say what to do; fails if there is an error
    Doctor(Output),
    /// Ask the server that runs on this machine whether it is ready; fails if it is not
    Health,
    /// Look at messages on their way out, and at those that could not be sent
    #[command(subcommand)]
    Mail(MailTask),
    /// Count what the secret keys have derived, and replace them step by step
    #[command(subcommand)]
    Key(KeyTask),
    /// List and revoke sessions
    #[command(subcommand)]
    Session(SessionTask),
    /// Create, list, change, disable and delete accounts
    #[command(subcommand)]
    User(UserTask),
    /// Take the users of another system
    ///
    /// A user is taken with its password as it is, or refused; it is never merged with one who is there. One who was imported
    /// before is left as it is, so an import that was interrupted is run again. docs/import.md has the formats.
    Import(ImportTask),
    /// Make, list and revoke invitations to register
    #[command(subcommand)]
    Invite(InviteTask),
    /// Create, list, rotate and revoke services: programs that ask whose a session is
    #[command(subcommand)]
    Service(ServiceTask),
    /// Print the audit trail: what happened to accounts, by whom and from where
    Audit(AuditQuery),
    /// Back up an SQLite database with its key, while servers run or not
    Backup(BackupTask),
    /// Restore a backup of an SQLite database; with `--finish`, put a database in order that another tool has restored
    Restore(RestoreTask),
    /// Copy everything to another database, from SQLite to Postgres or back, while no server runs or with `--live`; nobody is logged out
    Copy(CopyTask),
    /// Print what a shell needs to complete these commands
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write a manual page of each command
    Man {
        /// The directory to write them to, which must exist
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        directory: PathBuf,
    },
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Args)]
pub struct Output {
    /// Print a JSON object a line, for programs
    #[arg(long)]
    pub json: bool,
}

/// What to do about migrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Args)]
pub struct MigrateTask {
    /// Print which migrations the database has and lacks, and change nothing; the exit code is 5 where some are pending
    #[arg(long)]
    pub plan: bool,
    /// Print a JSON object a line, for programs
    #[arg(long, requires = "plan")]
    pub json: bool,
}

impl Cli {
    /// The command; [`Command::Serve`] if none was given.
    #[must_use]
    pub fn command(&self) -> Command {
        self.command.clone().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::CommandFactory;

    use super::*;

    fn parse(arguments: &[&str]) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(std::iter::once(&"azuma").chain(arguments))
    }

    #[test]
    fn the_definition_is_consistent() {
        <Cli as CommandFactory>::command().debug_assert();
    }

    #[test]
    fn no_subcommand_means_serve() {
        for (arguments, expected) in [
            (&[][..], Command::Serve),
            (&["serve"], Command::Serve),
            (
                &["migrate"],
                Command::Migrate(MigrateTask {
                    plan: false,
                    json: false,
                }),
            ),
            (&["config"], Command::Config),
            (&["health"], Command::Health),
        ] {
            let cli = parse(arguments).map(|cli| cli.command());
            assert_eq!(cli.ok(), Some(expected));
        }
    }

    #[test]
    fn the_file_may_stand_before_or_after_the_subcommand() {
        for arguments in [
            &["--config", "a.toml", "migrate"][..],
            &["migrate", "--config", "a.toml"],
            &["--config=a.toml"],
        ] {
            let file = parse(arguments).ok().and_then(|cli| cli.config);
            assert_eq!(file.as_deref(), Some(Path::new("a.toml")));
        }
    }

    #[test]
    fn the_version_is_one_line() {
        let version = format!("azuma {}\n", env!("CARGO_PKG_VERSION"));
        assert_eq!(<Cli as CommandFactory>::command().render_version(), version);
    }

    #[test]
    fn an_unknown_word_is_refused() {
        assert!(parse(&["sevre"]).is_err());
        assert!(parse(&["session", "revoke"]).is_err());
        assert!(parse(&["--confg", "a.toml"]).is_err());
    }
}
