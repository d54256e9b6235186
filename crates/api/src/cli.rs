//! The command line.

use std::path::PathBuf;

use azuma_domain::mail::Language;
use azuma_domain::user::EmailAddress;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use uuid::Uuid;

/// What the binary was asked to do; `Cli::parse()` reads it.
#[derive(Debug, Parser)]
#[command(
    name = "azuma",
    version,
    about = "A self-hosted account and session server",
    after_help = "Every setting is also an environment variable, such as AZUMA_HTTP__LISTEN for `http.listen`.\nREADME.md has the table of settings and a first session with curl."
)]
pub struct Cli {
    /// Read settings from this TOML file; the environment still overrides them
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What there is to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Run the server; what `azuma` alone does
    #[default]
    Serve,
    /// Bring the database to this version's schema, and stop
    Migrate,
    /// Print the settings in force as TOML, secrets masked
    Config,
    /// Look at messages on their way out, and at those that could not be sent
    #[command(subcommand)]
    Mail(MailTask),
    /// Revoke sessions
    #[command(subcommand)]
    Session(SessionTask),
}

/// What there is to do with sessions, beside a running server or without one.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum SessionTask {
    /// End sessions; a running server refuses their tokens within three seconds
    Revoke(Revoked),
}

/// Which sessions. It has to be said, so that nobody logs everybody out by mistake.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct Revoked {
    /// Every session of every user, as after a backup was restored
    #[arg(long, required = true)]
    pub all: bool,
}

/// What there is to do with mail. All of it works beside a running server.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum MailTask {
    /// Send a test message, and tell what the mail server answered
    Test {
        /// Whom to send it to
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
    /// Tell all that is known of a message
    Show {
        /// Its id, as `list` tells it
        id: Uuid,
    },
    /// Send dead letters after all
    Retry(Letters),
    /// Delete messages
    Discard(Letters),
}

/// Some messages.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct Letters {
    /// Their ids, as `list` tells them
    #[arg(required = true)]
    pub ids: Vec<Uuid>,
}

/// Reads the tag of a language that messages are written in.
fn language() -> impl TypedValueParser<Value = Language> {
    PossibleValuesParser::new(Language::ALL.map(Language::tag))
        .try_map(|tag| Language::tagged(&tag).ok_or("no such language"))
}

impl Cli {
    /// What to do; without a word about it, serve.
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
