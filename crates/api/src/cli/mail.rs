//! `azuma mail`.

use azuma_domain::mail::Language;
use azuma_domain::user::EmailAddress;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use uuid::Uuid;

use super::Output;

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
        /// How the answer is printed
        #[command(flatten)]
        output: Output,
    },
    /// Show everything that is known about a message
    Show {
        /// The message's id, as `list` prints it
        id: Uuid,
        /// How the answer is printed
        #[command(flatten)]
        output: Output,
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
