//! The URL of a database.

mod libpq_paths;
mod mask;
mod postgres;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use zeroize::Zeroizing;

use libpq_paths::LibpqPaths;
use mask::mask;

/// The parsed URL of a database. `Display` and `Debug` write the text it was parsed from, with secrets masked.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    location: Location,
    masked: String,
}

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Location {
    /// An SQLite database that lives as long as its only connection.
    Memory,
    /// An SQLite file.
    File(PathBuf),
    /// A Postgres server: a URI for libpq.
    Postgres(Zeroizing<String>),
}

/// The text is not a [`DatabaseUrl`]. The error's text follows the name of the value, and does not repeat the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDatabaseUrl {
    /// The scheme is not supported.
    #[error("must begin with `sqlite://` or `postgres://`")]
    Scheme,
    /// There is no path.
    #[error("names no file; write `sqlite://path/to/azuma.db`")]
    NoPath,
    /// The URL has SQLite parameters, which Azuma sets itself.
    #[error("takes no parameters with `sqlite://`, and no `?` or NUL in the path")]
    SqliteParameters,
    /// libpq would split the URL in the wrong place, and show a part of the password in its message.
    #[error("must have `@`, `/`, `%` and NUL in its user and password percent-encoded")]
    Encoding,
}

impl DatabaseUrl {
    /// Reads `sqlite://path` (`sqlite:///path` from the root), or a libpq URI that begins with `postgres://` or
    /// `postgresql://`.
    ///
    /// # Errors
    /// [`InvalidDatabaseUrl`] for any other text. Only libpq checks the rest of a Postgres URI, when it connects.
    pub fn parse(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        let (scheme, rest) = text.split_once("://").ok_or(InvalidDatabaseUrl::Scheme)?;
        match scheme {
            "sqlite" => Ok(Self {
                location: parse_file(rest)?,
                masked: text.to_owned(),
            }),
            "postgres" | "postgresql" => Ok(Self {
                location: Location::Postgres(postgres::parse(rest, LibpqPaths::find())?),
                masked: format!("{scheme}://{}", mask(rest)),
            }),
            _ => Err(InvalidDatabaseUrl::Scheme),
        }
    }

    /// The SQLite database in this file, whatever its name.
    #[must_use]
    pub fn of_file(path: &Path) -> Self {
        Self {
            location: Location::File(path.to_owned()),
            masked: format!("sqlite://{}", path.display()),
        }
    }

    /// An SQLite database that lives as long as the store that opens it.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            location: Location::Memory,
            masked: "sqlite::memory:".to_owned(),
        }
    }

    /// The SQLite file, for what lives beside it; `None` for Postgres and for memory.
    #[must_use]
    pub fn sqlite_path(&self) -> Option<&Path> {
        match &self.location {
            Location::File(path) => Some(path),
            Location::Memory | Location::Postgres(_) => None,
        }
    }

    pub(super) fn location(&self) -> &Location {
        &self.location
    }
}

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        Self::parse(text)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

/// `path` is what follows `sqlite://`.
fn parse_file(path: &str) -> Result<Location, InvalidDatabaseUrl> {
    if path.is_empty() || path.ends_with('/') || path == ":memory:" {
        return Err(InvalidDatabaseUrl::NoPath);
    }
    if path.contains(['?', '\0']) {
        return Err(InvalidDatabaseUrl::SqliteParameters);
    }
    Ok(Location::File(PathBuf::from(path)))
}
