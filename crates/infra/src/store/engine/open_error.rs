//! Why a database cannot be opened.

use std::fmt::Display;
use std::io;
use std::path::PathBuf;

use super::url::DatabaseUrl;

/// A database could not be opened. Each is one sentence for whoever configured it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory of an SQLite file cannot be made.
    #[error("cannot make the directory {}: {source}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An SQLite file cannot be made, or not be written to.
    #[error("cannot read and write the database file {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database does not let us in; the reason is in its own words.
    #[error("cannot open the database {url}: {reason}")]
    Refused {
        /// Which, without a password.
        url: String,
        /// Why.
        reason: String,
    },
    /// A pooler gives the session of a connection to other connections between two statements.
    #[error("the pooler at {url} shares sessions of the database out, one transaction at a time")]
    SharedSessions {
        /// Which, without a password.
        url: String,
    },
}

impl OpenError {
    /// libpq and SQLite write several lines; a sentence is one.
    pub(super) fn refused(url: &DatabaseUrl, reason: &dyn Display) -> Self {
        Self::Refused {
            url: url.to_string(),
            reason: one_line(reason),
        }
    }
}

/// A text with its white space, line ends included, made single spaces.
pub(super) fn one_line(text: &dyn Display) -> String {
    let text = text.to_string();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
