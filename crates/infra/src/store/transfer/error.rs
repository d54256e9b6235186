//! Why a database cannot be copied.

use crate::store::engine::migrate_error::MigrateError;
use crate::store::engine::open_error::OpenError;

/// Why a database cannot be copied. Each message is one sentence for the operator. What is copied stays, and another call goes
/// on from there.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// A database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The target cannot be migrated.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// There is no such file.
    #[error("there is no database at {0}")]
    Missing(String),
    /// Another process has the database open.
    #[error(
        "{0} is in use: first stop all servers of both databases, and whatever else is connected to them"
    )]
    InUse(String),
    /// Another process has the target open.
    #[error("{0} is in use: no server may run on the target, and no other copy into it")]
    TargetInUse(String),
    /// The source has an older schema.
    #[error("the schema of {0} is older than this release: run `azuma migrate` on it first")]
    Behind(String),
    /// A later release has migrated the database.
    #[error("a later release has migrated {0}: copy with that release")]
    Ahead(String),
    /// The source is itself half a copy.
    #[error("{0} is an unfinished copy")]
    SourceUnfinished(String),
    /// The source was closed.
    #[error("{source_url} was moved to {target}, and is closed")]
    Moved {
        /// The source, without a password.
        source_url: String,
        /// What servers use instead, without a password.
        target: String,
    },
    /// The target is another copy than the one that the source was closed for.
    #[error(
        "{source_url} was moved, and is closed; {target} is a copy that was not finished then: use the one that was"
    )]
    Stale {
        /// The source, without a password.
        source_url: String,
        /// The target, without a password.
        target: String,
    },
    /// The source is closed, or may be, and the copy has its mark still.
    #[error(
        "{source_url} is closed, or may be, and the copy is not open yet, so run the same command again at once: {cause}"
    )]
    NotOpened {
        /// The source, without a password.
        source_url: String,
        /// What has failed.
        cause: Box<TransferError>,
    },
    /// The target holds something else.
    #[error("{0} is not empty: copy into a new database")]
    NotEmpty(String),
    /// The target was begun from something else.
    #[error(
        "the unfinished copy in {target} was begun from another database than {source_url}, or from the same one before it \
         changed: copy into a new database"
    )]
    AnotherSource {
        /// The source, without a password.
        source_url: String,
        /// The target, without a password.
        target: String,
    },
    /// A copy to another target was begun.
    #[error(
        "a live copy of {source_url} to {target} was begun: finish it, or give it up with `azuma copy --abandon --from` and \
         the URL of the source"
    )]
    AnotherTarget {
        /// The source, without a password.
        source_url: String,
        /// The target of the other copy, without a password.
        target: String,
    },
    /// The log of changes is not this copy's any more.
    #[error("the live copy of {0} was given up, or begun anew, by another command")]
    Superseded(String),
    /// No copy was begun.
    #[error("no live copy of {0} was begun")]
    NotBegun(String),
    /// Triggers are missing.
    #[error(
        "not every change of {0} was logged, because triggers of the copy are missing: give it up with `azuma copy \
         --abandon`, and copy into a new database"
    )]
    LogIncomplete(String),
    /// The tables could not be locked.
    #[error(
        "{url} could not be locked ({reason}), perhaps because transactions stay open for too long: run the same command again"
    )]
    NotLocked {
        /// The source, without a password.
        url: String,
        /// The database's own text.
        reason: String,
    },
    /// A row of the copy is not that of the source.
    #[error(
        "the copy differs from its source in table {table}, at or after row {row}: it stays unfinished; copy into a new \
         database"
    )]
    Differs {
        /// The table.
        table: &'static str,
        /// The number of the row, in the order of the keys, from 1.
        row: u64,
    },
    /// A row that changed while it was copied is not that of the source.
    #[error(
        "the copy differs from its source in a row of {table} that changed meanwhile: it stays unfinished; copy into a new \
         database"
    )]
    ChangeDiffers {
        /// The table.
        table: &'static str,
    },
    /// A statement failed.
    #[error("{url}: {reason}")]
    Failed {
        /// Where, without a password.
        url: String,
        /// The database's own text.
        reason: String,
    },
    /// A row cannot be written.
    #[error("{url}: the row of {table} with the key {key} cannot be written: {reason}")]
    Row {
        /// Where, without a password.
        url: String,
        /// The table.
        table: &'static str,
        /// The row's key, as JSON.
        key: String,
        /// The database's own text.
        reason: String,
    },
}

impl TransferError {
    /// The same, of the database that is copied to.
    pub(super) fn of_target(self) -> Self {
        match self {
            Self::InUse(url) => Self::TargetInUse(url),
            other => other,
        }
    }

    /// The same, told of a table.
    pub(super) fn of_table(self, table: &str) -> Self {
        match self {
            Self::Failed { url, reason } => Self::Failed {
                url,
                reason: format!("table {table}: {reason}"),
            },
            other => other,
        }
    }
}
