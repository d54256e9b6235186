//! Copies a database to another one, of the same kind or the other.
//!
//! | file | holds |
//! |---|---|
//! | `mod` | a copy while no server runs |
//! | `live` | a copy while servers run on the source |
//! | `log` | what servers have changed meanwhile |
//! | `round` | bringing the target to one moment of the source |
//! | `pages` | rows page by page: copied and compared |
//! | `target` | the mark of an unfinished copy |
//! | `side` | one of the two databases |
//! | `schema` | whether the tables are those that this release copies |
//! | `tables` | what is copied |
//! | `row` | a row as JSON, and its hash |
//! | `statements` | the SQL that reads and writes pages of rows |
//! | `changed` | the SQL that reads and writes rows that have changed |
//! | `error` | why a database cannot be copied |

mod changed;
mod error;
mod live;
mod log;
mod pages;
mod round;
mod row;
mod schema;
mod side;
mod statements;
mod tables;
mod target;

use super::engine::url::DatabaseUrl;
pub use error::TransferError;
pub use live::{LiveCopy, Moved, abandon, live_copy_target, transfer_live};
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
    let total = pages::count_all(&mut source)?;
    copy(&mut source, &mut target, total, &mut tell)?;
    let tables = pages::compare_all(&mut source, &mut target, total, &mut tell)?;
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

/// Copies what the target lacks.
fn copy(
    source: &mut Side,
    target: &mut Side,
    total: u64,
    tell: &mut impl FnMut(Progress),
) -> Result<(), TransferError> {
    let mut written = pages::telling(pages::count_all(target)?, total, tell);
    for table in &TABLES {
        let last = pages::last_key(target, table)?;
        pages::copy_after(source, target, table, last, &mut written)?;
    }
    Ok(())
}
