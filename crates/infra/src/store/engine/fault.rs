//! Sorts the errors of statements by what they mean for the unit of work.

use azuma_domain::ports::{Conflict, StoreError};
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};

use super::connection::Backend;
use super::open_error::one_line;

/// Why a statement failed whose unit of work may succeed when it is run again.
#[derive(Debug)]
pub(in crate::store) struct Fault {
    pub(super) kind: FaultKind,
    pub(super) reason: String,
}

/// What to do about a [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum FaultKind {
    /// Another transaction held a lock or caused a deadlock: run again after a pause.
    Contention,
    /// The connection is dead: run again, on another one.
    LostConnection,
    /// The transaction may not write, because the server has become a standby or the file's volume is read-only: run
    /// again, on another connection, which may reach the new primary.
    ReadOnly,
    /// Postgres sent an unknown error text. Diesel hides the SQLSTATE, and a server may translate its texts, so even a
    /// deadlock can look like this. The work is run again; if all runs fail, the error is a defect.
    Unrecognised,
}

/// What the error of a statement means for its unit of work.
#[derive(Debug)]
pub(in crate::store) enum Meaning {
    /// The work may be run again.
    Retry(Fault),
    /// The database cannot do the work now.
    Unavailable,
    /// The error should never occur.
    Defect,
}

impl Meaning {
    /// The fault, if the work may be run again, and the error that the work gets.
    pub(in crate::store) fn split(self, error: Error) -> (Option<Fault>, StoreError) {
        match self {
            Self::Retry(fault) => (Some(fault), StoreError::Unavailable(error.into())),
            Self::Unavailable => (None, StoreError::Unavailable(error.into())),
            Self::Defect => (None, StoreError::Failed(error.into())),
        }
    }
}

/// Sorts the error of a statement that came before any COMMIT.
pub(in crate::store) fn meaning(backend: Backend, error: &Error) -> Meaning {
    let retry = |kind| {
        let reason = one_line(error);
        Meaning::Retry(Fault { kind, reason })
    };
    match error {
        Error::BrokenTransactionManager => retry(FaultKind::LostConnection),
        Error::DatabaseError(kind, information) => match kind {
            DatabaseErrorKind::SerializationFailure => retry(FaultKind::Contention),
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                retry(FaultKind::LostConnection)
            }
            DatabaseErrorKind::ReadOnlyTransaction => retry(FaultKind::ReadOnly),
            DatabaseErrorKind::Unknown => match (information.message(), backend) {
                (message, _) if is_lost_file(message) => retry(FaultKind::LostConnection),
                (message, _) if is_read_only_file(message) => retry(FaultKind::ReadOnly),
                (message, _) if is_unavailable(message) => Meaning::Unavailable,
                (message, _) if is_contention(message) => retry(FaultKind::Contention),
                (_, Backend::Postgres) => retry(FaultKind::Unrecognised),
                (_, Backend::Sqlite) => Meaning::Defect,
            },
            _ => Meaning::Defect,
        },
        _ => Meaning::Defect,
    }
}

impl Fault {
    /// The error that is returned when no retry is left.
    pub(super) fn into_error(self) -> StoreError {
        match self.kind {
            FaultKind::Unrecognised => StoreError::Failed(self.reason.into()),
            FaultKind::Contention | FaultKind::LostConnection | FaultKind::ReadOnly => {
                self.into_unavailable()
            }
        }
    }

    /// The error that is returned when the timeout has passed.
    pub(super) fn into_unavailable(self) -> StoreError {
        StoreError::Unavailable(self.reason.into())
    }

    /// Whether the connection that met this fault must be closed.
    pub(super) fn is_of_the_connection(&self) -> bool {
        matches!(self.kind, FaultKind::LostConnection | FaultKind::ReadOnly)
    }
}

/// The unique value that another account already has, if the statement failed because of it.
pub(in crate::store) fn conflict_of(error: &Error) -> Option<Conflict> {
    match error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, information) => {
            conflict(information.as_ref())
        }
        _ => None,
    }
}

/// Postgres names the index (`users_name_key_unique`), SQLite in its message the column
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

/// Whether SQLite found the database held by another connection.
pub(in crate::store) fn is_busy(error: &Error) -> bool {
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

/// SQLite lost its file or the volume of the file. The connection must be closed.
fn is_lost_file(message: &str) -> bool {
    message == "disk I/O error"
}

/// SQLite may not write: the volume is mounted read-only, or the connection is read-only.
fn is_read_only_file(message: &str) -> bool {
    message == "attempt to write a readonly database"
}

/// Postgres cancelled a statement that took too long, or the disk is full. Both may pass by themselves.
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

    fn fault(backend: Backend, error: &Error) -> Option<FaultKind> {
        match meaning(backend, error) {
            Meaning::Retry(fault) => Some(fault.kind),
            Meaning::Unavailable | Meaning::Defect => None,
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
            conflict_of(&Error::DatabaseError(kind, Box::new(information)))
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
        for (backend, kind, message) in [
            (
                Backend::Postgres,
                SerializationFailure,
                "konnte Zugriff nicht serialisieren",
            ),
            (Backend::Postgres, Unknown, "deadlock detected"),
            (Backend::Sqlite, Unknown, "database is locked"),
            (Backend::Sqlite, Unknown, "database table is locked: users"),
        ] {
            let found = fault(backend, &error(kind, message));
            assert_eq!(found, Some(FaultKind::Contention), "{message}");
        }
    }

    #[test]
    fn a_dead_connection_is_told_from_a_defect() {
        use DatabaseErrorKind::{ClosedConnection, UnableToSendCommand, Unknown};
        for kind in [ClosedConnection, UnableToSendCommand] {
            let found = fault(Backend::Postgres, &error(kind, "terminating connection"));
            assert_eq!(found, Some(FaultKind::LostConnection));
        }
        let unknown = |backend| fault(backend, &error(Unknown, "Verklemmung entdeckt"));
        assert_eq!(unknown(Backend::Postgres), Some(FaultKind::Unrecognised));
        assert_eq!(unknown(Backend::Sqlite), None);
    }

    #[test]
    fn a_file_that_cannot_be_reached_is_tried_on_another_connection() {
        for (message, kind) in [
            ("disk I/O error", FaultKind::LostConnection),
            ("attempt to write a readonly database", FaultKind::ReadOnly),
        ] {
            let found = fault(Backend::Sqlite, &error(DatabaseErrorKind::Unknown, message));
            assert_eq!(found, Some(kind), "{message}");
        }
    }
}
