//! Why a database cannot be migrated.

use super::open_error::OpenError;

/// A database could not be migrated. The migration that failed has changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database's encoding cannot hold every character.
    #[error(
        "the encoding of the database is {0}, but must be UTF8: create the database with `createdb --encoding UTF8 \
         --template template0`"
    )]
    Encoding(String),
    /// A later release has changed the schema in a way that this release cannot work with.
    #[error(
        "a later release has migrated the database ({0}), and this release cannot work with the new schema: start the \
         later release"
    )]
    Later(String),
    /// A copy into the database is not finished.
    #[error(
        "a copy into this database was begun and is not finished: run the same `azuma copy` again, or use another database"
    )]
    UnfinishedCopy,
    /// The database is closed.
    #[error("`azuma copy --live` has moved this database to {0}, and has closed it: use that one")]
    Moved(String),
    /// The lock was not granted: another process holds it, or the file cannot be written.
    #[error("cannot lock the database for the migration: {0}")]
    Lock(String),
    /// The record of migrations cannot be read.
    #[error("cannot read which migrations the database has: {0}")]
    Unreadable(String),
    /// A statement failed, perhaps because the user may not create tables.
    #[error("cannot migrate the database: {0}")]
    Failed(String),
}
