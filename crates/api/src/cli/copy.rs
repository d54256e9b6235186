//! `azuma copy`.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use clap::Args;

/// What is copied where to. Servers must not run on the target, nor on the source without `--live`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct CopyTask {
    /// The database to copy, which is not changed without `--live`
    #[arg(long, value_name = "URL")]
    pub from: GivenUrl,
    /// A new database, or the one that an earlier call did not finish
    #[arg(long, value_name = "URL", required_unless_present = "abandon")]
    pub to: Option<GivenUrl>,
    /// Copy while servers run on the source, follow what changes, and close the source: from then on its servers answer 503
    #[arg(long)]
    pub live: bool,
    /// Give up a copy that was begun with `--live` and has not closed the source
    #[arg(long, conflicts_with_all = ["to", "live"])]
    pub abandon: bool,
}

/// The text of a URL that may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct GivenUrl(String);

impl GivenUrl {
    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl FromStr for GivenUrl {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for GivenUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GivenUrl(********)")
    }
}
