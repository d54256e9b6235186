//! What can go wrong with a database, and what each of it means. All of it is told apart here.

use std::fmt::Display;
use std::io;
use std::path::PathBuf;

use azuma_domain::ports::{Conflict, StoreError, WriteError};
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};

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
    /// The thread that writes to an SQLite file cannot be started.
    #[error("cannot start a thread to write to the database: {0}")]
    Thread(#[from] io::Error),
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

/// Why a statement failed that may succeed when its unit of work is run again. It travels inside
/// [`StoreError::Contended`] through the work to the loop that runs it.
#[derive(Debug, thiserror::Error)]
#[error("{source}")]
pub(super) struct Fault {
    pub(super) kind: FaultKind,
    source: Error,
}

/// What to do about a [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// Another transaction was in the way: again, a little later.
    Contention,
    /// The connection is dead: again, on another one.
    LostConnection,
    /// The transaction may not write. For one that should, the server has become a standby, or the file's volume is
    /// read-only: again, on another connection, which may lead to the new primary.
    ReadOnly,
    /// Postgres said something we do not know. Diesel hides the SQLSTATE, and a server may speak any language: a
    /// deadlock reported in German looks like this. Running again is harmless; when it does not help, it is a defect.
    Unrecognised,
}

/// Sorts the error of a statement that came before any COMMIT.
pub(super) fn classify(is_postgres: bool, error: Error) -> StoreError {
    let kind = match &error {
        Error::BrokenTransactionManager => Some(FaultKind::LostConnection),
        Error::DatabaseError(kind, information) => match kind {
            DatabaseErrorKind::SerializationFailure => Some(FaultKind::Contention),
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                Some(FaultKind::LostConnection)
            }
            DatabaseErrorKind::ReadOnlyTransaction => Some(FaultKind::ReadOnly),
            DatabaseErrorKind::Unknown if is_lost_file(information.message()) => {
                Some(FaultKind::LostConnection)
            }
            DatabaseErrorKind::Unknown if is_read_only_file(information.message()) => {
                Some(FaultKind::ReadOnly)
            }
            DatabaseErrorKind::Unknown if is_unavailable(information.message()) => {
                return StoreError::Unavailable(Box::new(error));
            }
            DatabaseErrorKind::Unknown if is_contention(information.message()) => {
                Some(FaultKind::Contention)
            }
            DatabaseErrorKind::Unknown if is_postgres => Some(FaultKind::Unrecognised),
            _ => None,
        },
        _ => None,
    };
    match kind {
        Some(kind) => StoreError::Contended(Box::new(Fault {
            kind,
            source: error,
        })),
        None => StoreError::Failed(Box::new(error)),
    }
}

/// Sorts the error of a statement that uniqueness may refuse.
pub(super) fn classify_write(is_postgres: bool, error: Error) -> WriteError {
    match &error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, information) => {
            match conflict(information.as_ref()) {
                Some(conflict) => WriteError::Conflict(conflict),
                None => WriteError::Store(StoreError::Failed(Box::new(error))),
            }
        }
        _ => WriteError::Store(classify(is_postgres, error)),
    }
}

/// What another account holds: Postgres names the index (`users_name_key_unique`), SQLite in its message the column
/// (`UNIQUE constraint failed: users.name_key`).
fn conflict(information: &dyn DatabaseErrorInformation) -> Option<Conflict> {
    let broken = information
        .constraint_name()
        .unwrap_or_else(|| information.message());
    if !broken.contains("users") {
        None
    } else if broken.contains("name_key") {
        Some(Conflict::Name)
    } else if broken.contains("email_key") {
        Some(Conflict::Email)
    } else {
        None
    }
}

/// A stored value that the domain does not take. The value stays out of the log; the column is enough to find it.
pub(super) fn corrupt(column: &'static str) -> StoreError {
    StoreError::Failed(format!("{column} holds a value that cannot be read").into())
}

/// Whether SQLite found the database held by another connection.
pub(super) fn is_busy(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(DatabaseErrorKind::Unknown, information)
        if is_contention(information.message()))
}

/// Postgres's deadlock, and SQLite's busy and locked (`sqlite3ErrStr`), which are never translated.
fn is_contention(message: &str) -> bool {
    message == "deadlock detected"
        || message == "database is locked"
        || message.starts_with("database table is locked")
        || message.starts_with("database schema is locked")
}

/// SQLite lost its file or the volume it is on; a connection that saw this is of no use any more.
fn is_lost_file(message: &str) -> bool {
    message == "disk I/O error"
}

/// SQLite may not write: the volume was remounted, or the reader that tries is one of ours.
fn is_read_only_file(message: &str) -> bool {
    message == "attempt to write a readonly database"
}

/// What passes without us: the server ended a statement that took too long, or the disk is full.
fn is_unavailable(message: &str) -> bool {
    message.starts_with("canceling statement due to")
        || message.ends_with("No space left on device")
        || message == "database or disk is full"
        || message == "unable to open database file"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An error as SQLite makes it (with `constraint: None`), or as Postgres does.
    struct Information {
        message: &'static str,
        constraint: Option<&'static str>,
    }

    impl DatabaseErrorInformation for Information {
        fn message(&self) -> &str {
            self.message
        }
        fn details(&self) -> Option<&str> {
            None
        }
        fn hint(&self) -> Option<&str> {
            None
        }
        fn table_name(&self) -> Option<&str> {
            None
        }
        fn column_name(&self) -> Option<&str> {
            None
        }
        fn constraint_name(&self) -> Option<&str> {
            self.constraint
        }
        fn statement_position(&self) -> Option<i32> {
            None
        }
    }

    fn error(kind: DatabaseErrorKind, message: &'static str) -> Error {
        let information = Information {
            message,
            constraint: None,
        };
        Error::DatabaseError(kind, Box::new(information))
    }

    fn fault(error: StoreError) -> Option<FaultKind> {
        match error {
            StoreError::Contended(source) => source.downcast_ref().map(|fault: &Fault| fault.kind),
            StoreError::Unavailable(_) | StoreError::Failed(_) => None,
        }
    }

    #[test]
    fn both_databases_say_which_of_two_values_is_taken() {
        let violation = |message, constraint| {
            let information = Information {
                message,
                constraint,
            };
            let kind = DatabaseErrorKind::UniqueViolation;
            match classify_write(true, Error::DatabaseError(kind, Box::new(information))) {
                WriteError::Conflict(conflict) => Some(conflict),
                WriteError::Store(_) => None,
            }
        };
        assert_eq!(
            violation("doppelter Schlüssel", Some("users_name_key_unique")),
            Some(Conflict::Name)
        );
        assert_eq!(
            violation("duplicate key", Some("users_email_key_unique")),
            Some(Conflict::Email)
        );
        assert_eq!(violation("duplicate key", Some("users_pkey")), None);
        assert_eq!(
            violation("UNIQUE constraint failed: users.name_key", None),
            Some(Conflict::Name)
        );
        assert_eq!(
            violation("UNIQUE constraint failed: users.email_key", None),
            Some(Conflict::Email)
        );
        assert_eq!(
            violation("UNIQUE constraint failed: links.hash", None),
            None
        );
    }

    #[test]
    fn what_another_transaction_caused_is_run_again() {
        use DatabaseErrorKind::{SerializationFailure, Unknown};
        for (postgres, kind, message) in [
            (
                true,
                SerializationFailure,
                "konnte Zugriff nicht serialisieren",
            ),
            (true, Unknown, "deadlock detected"),
            (false, Unknown, "database is locked"),
            (false, Unknown, "database table is locked: users"),
        ] {
            let found = fault(classify(postgres, error(kind, message)));
            assert_eq!(found, Some(FaultKind::Contention), "{message}");
        }
    }

    #[test]
    fn a_dead_connection_is_told_from_a_defect() {
        use DatabaseErrorKind::{ClosedConnection, UnableToSendCommand, Unknown};
        for kind in [ClosedConnection, UnableToSendCommand] {
            let found = fault(classify(true, error(kind, "terminating connection")));
            assert_eq!(found, Some(FaultKind::LostConnection));
        }
        let unknown = |postgres| fault(classify(postgres, error(Unknown, "Verklemmung entdeckt")));
        assert_eq!(unknown(true), Some(FaultKind::Unrecognised));
        assert_eq!(unknown(false), None);
    }

    #[test]
    fn a_file_that_cannot_be_reached_is_tried_on_another_connection() {
        for (message, kind) in [
            ("disk I/O error", FaultKind::LostConnection),
            ("attempt to write a readonly database", FaultKind::ReadOnly),
        ] {
            let found = fault(classify(false, error(DatabaseErrorKind::Unknown, message)));
            assert_eq!(found, Some(kind), "{message}");
        }
    }
}
