//! Copies a database to another one, of the same kind or the other.
//!
//! | file | holds |
//! |---|---|
//! | `tables` | what is copied |
//! | `statements` | the SQL that reads and writes rows |
//! | `side` | a database that this process has for itself |
//! | `schema` | whether the tables are those that this release copies |
//! | `target` | the mark of an unfinished copy, and its rows |

mod schema;
mod side;
mod statements;
mod tables;
mod target;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::engine::migrate::MigrateError;
use super::engine::open_error::OpenError;
use super::engine::url::DatabaseUrl;
use side::Side;
use tables::{TABLES, Table};
use target::Origin;

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
    /// The source has an older schema.
    #[error("the schema of {0} is older than this release: run `azuma migrate` on it first")]
    Behind(String),
    /// A later release has migrated the database.
    #[error("a later release has migrated {0}: copy with that release")]
    Ahead(String),
    /// The source is itself half a copy.
    #[error("{0} is an unfinished copy")]
    SourceUnfinished(String),
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
        /// The key, as JSON.
        key: String,
        /// The database's own text.
        reason: String,
    },
}

impl TransferError {
    /// The same, told of a table.
    fn of_table(self, table: &Table) -> Self {
        match self {
            Self::Failed { url, reason } => Self::Failed {
                url,
                reason: format!("table {}: {reason}", table.name),
            },
            other => other,
        }
    }
}

/// What is done to rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// They are written.
    Copying,
    /// They are read back and compared.
    Verifying,
}

/// How far a copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// To which table.
    pub table: &'static str,
    /// How many rows of all tables are done, those of an earlier call included.
    pub done: u64,
    /// How many there are.
    pub total: u64,
}

/// A table that was copied and compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedTable {
    /// Its name.
    pub name: &'static str,
    /// How many rows it has.
    pub rows: u64,
}

/// A finished copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transferred {
    /// All tables.
    pub tables: Vec<CopiedTable>,
    /// Tables of the source that are not Azuma's, and were not copied.
    pub left: Vec<String>,
}

/// Copies all rows of a database that no server uses to a new database, or goes on with such a copy, and compares each row. The
/// target is migrated; no server starts on it before the copy is finished. Blocks for minutes.
///
/// # Errors
/// [`TransferError`] if one of the databases does not suit, fails, or the copy differs from its source.
pub fn transfer(
    from: &DatabaseUrl,
    to: &DatabaseUrl,
    mut tell: impl FnMut(Progress),
) -> Result<Transferred, TransferError> {
    if from.sqlite_path().is_some_and(|path| !path.exists()) {
        return Err(TransferError::Missing(from.to_string()));
    }
    let mut source = Side::open(from)?;
    schema::expect_of_this_release(&mut source)?;
    source.begin_alone()?;
    let left = schema::expect_columns(&mut source)?;
    let origin = Origin {
        url: source.url.clone(),
        history: first_line(&mut source, statements::history_end)?,
    };
    let oldest_migration = first_line(
        &mut source,
        |_| "SELECT oldest_migration AS line FROM schema_compatibility",
    )?;
    let mut target = target::open(to, &origin)?;
    let total = source.rows()?;
    copy(&mut source, &mut target, total, &mut tell)?;
    let tables = verify(&mut source, &mut target, total, &mut tell)?;
    target::finish(&mut target, &oldest_migration)?;
    Ok(Transferred { tables, left })
}

fn first_line(
    side: &mut Side,
    query: impl Fn(super::engine::connection::Backend) -> &'static str,
) -> Result<String, TransferError> {
    let lines = side.lines(query(side.backend()))?;
    let first = lines.into_iter().next();
    first.ok_or_else(|| side.failed("a row of the schema is missing".to_owned()))
}

/// Copies what the target lacks. Pages go in the order of the keys, so a table that was begun has all rows up to its last key.
fn copy(
    source: &mut Side,
    target: &mut Side,
    total: u64,
    tell: &mut impl FnMut(Progress),
) -> Result<(), TransferError> {
    let mut done = target.rows()?;
    for table in &TABLES {
        let last = target.lines(&statements::last_key(table, target.backend()))?;
        let mut after = last.into_iter().next();
        loop {
            let page = source.page(table, after.as_deref())?;
            let Some(last) = page.last() else { break };
            after = Some(key_of(table, last).ok_or_else(|| unreadable(source, table))?);
            target::insert(target, table, &page)?;
            done += count(&page);
            tell(Progress {
                stage: Stage::Copying,
                table: table.name,
                done,
                total,
            });
        }
    }
    Ok(())
}

/// Reads both databases and compares the hash of each row.
fn verify(
    source: &mut Side,
    target: &mut Side,
    total: u64,
    tell: &mut impl FnMut(Progress),
) -> Result<Vec<CopiedTable>, TransferError> {
    let mut done = 0;
    let mut copied = Vec::new();
    for table in &TABLES {
        let mut rows = 0;
        let mut after: Option<String> = None;
        loop {
            let expected = source.page(table, after.as_deref())?;
            let found = target.page(table, after.as_deref())?;
            let same = equal_rows(&expected, &found);
            if same < expected.len().max(found.len()) {
                return Err(TransferError::Differs {
                    table: table.name,
                    row: rows + u64::try_from(same).unwrap_or(0) + 1,
                });
            }
            let Some(last) = expected.last() else { break };
            after = Some(key_of(table, last).ok_or_else(|| unreadable(source, table))?);
            rows += count(&expected);
            done += count(&expected);
            tell(Progress {
                stage: Stage::Verifying,
                table: table.name,
                done,
                total,
            });
        }
        copied.push(CopiedTable {
            name: table.name,
            rows,
        });
    }
    Ok(copied)
}

/// How many rows at the beginning of two pages are the same.
fn equal_rows(expected: &[String], found: &[String]) -> usize {
    let pairs = expected.iter().zip(found);
    pairs
        .take_while(|(expected, found)| match (hash(expected), hash(found)) {
            (Some(expected), Some(found)) => expected == found,
            _ => false,
        })
        .count()
}

/// The hash of a row, which is the same whatever database wrote its JSON.
fn hash(row: &str) -> Option<[u8; 32]> {
    let values: Vec<Value> = serde_json::from_str(row).ok()?;
    let canonical = serde_json::to_vec(&values).ok()?;
    Some(Sha256::digest(&canonical).into())
}

/// The key of a row, as JSON.
fn key_of(table: &Table, row: &str) -> Option<String> {
    let mut values: Vec<Value> = serde_json::from_str(row).ok()?;
    values.truncate(table.key().len());
    serde_json::to_string(&values).ok()
}

fn unreadable(side: &Side, table: &Table) -> TransferError {
    side.failed(format!("a row of {} cannot be read", table.name))
}

fn count(page: &[String]) -> u64 {
    u64::try_from(page.len()).unwrap_or(u64::MAX)
}
