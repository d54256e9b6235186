//! `azuma key`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueHint};

use super::Output;

/// The commands for secret keys. They work with and without a running server, and change no server's key.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum KeyTask {
    /// Count what each key of this node has derived: live sessions, mailed links and second factors
    Status(Output),
    /// Replace the secret key, step by step: do what can be done here, and print what is to be done next
    ///
    /// Run it on one node, give the others the file that it makes, and then run it on every node, and again after each step: all must name the same
    /// key. The exit code is 4 as long as a former key is needed. No key is deleted or overwritten.
    /// docs/operate.md has the steps.
    Rotate(RotateTask),
}

/// How a key is replaced.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct RotateTask {
    /// The file of the new key, which is made if it is not there; without it, a file beside that of the present key
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// After the former key KEY has leaked, by its fingerprint in `azuma key status`: give every session of a former key a next token of the current one;
    /// every node must derive tokens with the new key by then
    #[arg(long, value_name = "KEY", conflicts_with = "file", requires = "new")]
    pub reissue: Option<String>,
    /// The key that has replaced the one that leaked, by its fingerprint: a node that derives tokens with another one does nothing
    #[arg(long, value_name = "KEY", requires = "reissue")]
    pub new: Option<String>,
    /// When the tokens of former keys end, unless their session uses its next one before: 7 days, or the life of a token if that is shorter
    #[arg(long, value_name = "DURATION", value_parser = duration, requires = "reissue")]
    pub within: Option<Duration>,
}

fn duration(text: &str) -> Result<Duration, &'static str> {
    let span = humantime::parse_duration(text).ok();
    span.filter(|span| !span.is_zero())
        .ok_or("expected a duration such as `12h` or `7d`")
}
