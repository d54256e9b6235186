//! `azuma copy`.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use clap::Args;

/// What is copied where to. Servers must not run on either database.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct CopyTask {
    /// The database to copy, which is not changed
    #[arg(long, value_name = "URL")]
    pub from: GivenUrl,
    /// A new database, or the one that an earlier call did not finish
    #[arg(long, value_name = "URL")]
    pub to: GivenUrl,
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
