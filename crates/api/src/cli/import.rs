//! `azuma import`.

use clap::{Args, ValueEnum};

use super::Output;

/// Whose users are imported, and from where. It works with and without a running server.
#[derive(Clone, PartialEq, Eq, Args)]
pub struct ImportTask {
    /// What the users come from
    #[arg(long, value_enum, value_name = "SYSTEM")]
    pub from: ImportFrom,
    /// The file, `-` for standard input, or for azumaneo the URL of its database, which is only read; libpq takes the password
    /// from `PGPASSWORD` or a password file too
    #[arg(value_name = "FILE|URL")]
    pub source: String,
    /// Write nothing, and tell what would become of each user
    #[arg(long)]
    pub dry_run: bool,
    /// How it is printed: with JSON, each user that is refused, or is there under another name, is a line, and the counts are
    /// the last
    #[command(flatten)]
    pub output: Output,
}

/// The source may hold a password.
impl std::fmt::Debug for ImportTask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImportTask")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

/// What users are imported from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ImportFrom {
    /// The Postgres database of azumaneo
    Azumaneo,
    /// An export of the first Azuma's users by `mongoexport`
    Legacy,
    /// The format of docs/import.md, a JSON object a line
    JsonLines,
}
