//! The command line.

use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use azuma_domain::Timestamp;
use azuma_domain::invite::{InviteCode, InviteId, InviteUses};
use azuma_domain::mail::Language;
use azuma_domain::services::InviteKey;
use azuma_domain::user::{DisabledReason, EmailAddress, UserName};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, value_parser};
use uuid::Uuid;

/// The parsed command line; `Cli::parse()` reads it.
#[derive(Debug, Parser)]
#[command(
    name = "azuma",
    version,
    about = "A self-hosted account and session server",
    after_help = "Every setting is also an environment variable, such as AZUMA_HTTP__LISTEN for `http.listen`.\n\
                  README.md has the table of settings and a first session with curl."
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
    Migrate,
    /// Print the settings in force as TOML, secrets masked
    Config,
    /// Ask the server that runs on this machine whether it is ready; fails if it is not
    Health,
    /// Look at messages on their way out, and at those that could not be sent
    #[command(subcommand)]
    Mail(MailTask),
    /// Revoke sessions
    #[command(subcommand)]
    Session(SessionTask),
    /// Disable accounts, and enable them again
    #[command(subcommand)]
    User(UserTask),
    /// Make, list and revoke invitations to register
    #[command(subcommand)]
    Invite(InviteTask),
    /// Print the audit trail: what happened to accounts, by whom and from where
    Audit(AuditQuery),
}

/// Which events of the audit trail to print, and how. It works with and without a running server.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct AuditQuery {
    /// Only events of the account with this name
    #[arg(long, value_name = "NAME", value_parser = UserName::parse, conflicts_with = "id")]
    pub user: Option<UserName>,
    /// Only events of the account with this id, which may be deleted
    #[arg(long)]
    pub id: Option<Uuid>,
    /// Only events since then: a duration before now, or a time in UTC; else all that are kept
    #[arg(long, value_name = "2d|TIME", value_parser = since)]
    pub since: Option<Since>,
    /// Go on with events as they are written, until interrupted
    #[arg(long)]
    pub follow: bool,
    /// Print a JSON object a line
    #[arg(long, conflicts_with = "ocsf")]
    pub json: bool,
    /// Print a JSON object a line, of the classes of OCSF
    #[arg(long)]
    pub ocsf: bool,
}

/// A moment on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// So long before now.
    Ago(Duration),
    /// Then.
    At(Timestamp),
}

fn since(text: &str) -> Result<Since, &'static str> {
    let ago = || humantime::parse_duration(text).ok().map(Since::Ago);
    let at = || {
        let at = humantime::parse_rfc3339(text).ok()?;
        let since_1970 = at.duration_since(UNIX_EPOCH).ok()?;
        Some(Since::At(Timestamp::from_micros(0).plus(since_1970)))
    };
    ago()
        .or_else(at)
        .ok_or("expected a duration such as `2d`, or a time such as `2026-11-28T08:00:00Z`")
}

/// The commands for invitations. They work with and without a running server.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum InviteTask {
    /// Make an invitation, and print its code and its link, which nobody can look up later
    Create {
        /// How many accounts it admits; one that is deleted, or never verified, makes room for another
        #[arg(long, value_parser = invite_uses, default_value = "1")]
        uses: InviteUses,
        /// How long it works
        #[arg(long, value_name = "DURATION", value_parser = lifetime, default_value = "7d")]
        expires: Duration,
    },
    /// List the invitations that work, the newest first
    List {
        /// The most invitations to list
        #[arg(long, default_value_t = 1000, value_parser = value_parser!(u32).range(1..))]
        limit: u32,
    },
    /// Revoke an invitation; the accounts that were registered with it stay
    Revoke {
        /// The invitation's id, as `list` prints it, or its code
        #[arg(value_name = "ID|CODE", value_parser = invite_key)]
        invite: InviteKey,
    },
}

fn invite_key(text: &str) -> Result<InviteKey, &'static str> {
    let by_id = text.parse().ok().map(|id| InviteKey::Id(InviteId::new(id)));
    let by_code = || {
        InviteCode::parse(text)
            .ok()
            .map(|code| InviteKey::Code(code.hash()))
    };
    by_id
        .or_else(by_code)
        .ok_or("expected the id or the code of an invitation")
}

fn invite_uses(text: &str) -> Result<InviteUses, &'static str> {
    let uses = text.parse().ok().and_then(InviteUses::new);
    uses.ok_or("expected a number from 1 to 4294967295")
}

/// Parses how long an invitation works.
fn lifetime(text: &str) -> Result<Duration, &'static str> {
    const LONGEST: Duration = Duration::from_hours(10 * 365 * 24);
    let span = humantime::parse_duration(text).ok();
    span.filter(|span| !span.is_zero() && *span <= LONGEST)
        .ok_or("expected a duration such as `12h` or `7d`, ten years at most")
}

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

/// The commands for sessions. They work with and without a running server.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum SessionTask {
    /// Revoke sessions; a running server refuses their tokens within three seconds
    Revoke(Revoked),
}

/// Which sessions to revoke. The flag is required, so that nobody logs every user out by mistake.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct Revoked {
    /// Every session of every user, for use after a backup was restored
    #[arg(long, required = true)]
    pub all: bool,
}

/// The commands for mail. They work beside a running server.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum MailTask {
    /// Send a test message, and print the mail server's response
    Test {
        /// The recipient
        #[arg(value_parser = EmailAddress::parse)]
        address: EmailAddress,
        /// The language of the message
        #[arg(long, value_parser = language(), default_value = "en")]
        language: Language,
    },
    /// List messages that are not sent yet, and dead letters, the oldest first
    List {
        /// The most messages to list
        #[arg(long, default_value_t = 1000)]
        limit: u32,
    },
    /// Show everything that is known about a message
    Show {
        /// The message's id, as `list` prints it
        id: Uuid,
    },
    /// Requeue dead letters
    Retry(Letters),
    /// Delete messages
    Discard(Letters),
}

/// The messages that a command applies to.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct Letters {
    /// The messages' ids, as `list` prints them
    #[arg(required = true)]
    pub ids: Vec<Uuid>,
}

/// Parses the tag of a supported language.
fn language() -> impl TypedValueParser<Value = Language> {
    PossibleValuesParser::new(Language::ALL.map(Language::tag))
        .try_map(|tag| Language::tagged(&tag).ok_or("no such language"))
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
            (&["migrate"], Command::Migrate),
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
    fn a_moment_is_a_duration_or_a_time_in_utc() {
        let at = Since::At(Timestamp::from_micros(1_616_942_380_063_095));
        assert_eq!(since("2d"), Ok(Since::Ago(Duration::from_hours(48))));
        assert_eq!(since("2021-03-28T14:39:40.063095Z"), Ok(at));
        for text in ["", "yesterday", "2021-03-28", "1969-12-31T23:59:59Z"] {
            assert!(since(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_unknown_word_is_refused() {
        assert!(parse(&["sevre"]).is_err());
        assert!(parse(&["session", "revoke"]).is_err());
        assert!(parse(&["--confg", "a.toml"]).is_err());
    }
}
