//! Why a database cannot be opened.

use std::fmt::Display;
use std::io;
use std::path::PathBuf;

use super::url::DatabaseUrl;

/// A database could not be opened. Each message is one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory of an SQLite file cannot be created.
    #[error("cannot create the directory {}: {source}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An SQLite file cannot be created, read or written.
    #[error("cannot read and write the database file {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database refuses the connection. The reason is the database's own text.
    #[error("cannot open the database {url}: {reason}")]
    Refused {
        /// The database's URL, with its password masked.
        url: String,
        /// Why.
        reason: String,
    },
    /// A pooler lets several connections share a session of the Postgres server.
    #[error("the pooler at {url} assigns a session per transaction, not per connection")]
    SharedSessions {
        /// The database's URL, with its password masked.
        url: String,
    },
}

impl OpenError {
    /// The refusal with the text of libpq or SQLite, put on one line.
    pub(in crate::store) fn refused(url: &DatabaseUrl, reason: &dyn Display) -> Self {
        Self::Refused {
            url: url.to_string(),
            reason: one_line(reason),
        }
    }
}

/// Replaces each run of white space, line ends included, by one space.
pub(in crate::store) fn one_line(text: &dyn Display) -> String {
    let text = text.to_string();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
