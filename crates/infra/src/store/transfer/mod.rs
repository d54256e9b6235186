//! Copies a database to another one, of the same kind or the other.
//!
//! | file | holds |
//! |---|---|
//! | `tables` | what is copied |
//! | `statements` | the SQL that reads and writes pages of rows |
//! | `changed` | the SQL that reads and writes rows that have changed |
//! | `row` | a row as JSON, and its hash |
//! | `side` | one of the two databases |
//! | `schema` | whether the tables are those that this release copies |
//! | `target` | the mark of an unfinished copy, and its rows |
//! | `live` | a copy while servers run on the source |
//! | `log` | what servers have changed meanwhile |
//! | `round` | bringing the target to one moment of the source |

mod changed;
mod error;
mod live;
mod log;
mod round;
mod row;
mod schema;
mod side;
mod statements;
mod tables;
mod target;

use super::engine::url::DatabaseUrl;
pub use error::TransferError;
pub use live::{LiveCopy, Moved, abandon, transfer_live};
use row::{count, equal_rows, key_of};
use side::Side;
use tables::TABLES;
use target::Origin;

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
    target::analyze(&mut target);
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
            after = Some(key_of(source, table, last)?);
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
            after = Some(key_of(source, table, last)?);
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
