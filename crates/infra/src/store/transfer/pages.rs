//! Rows page by page, in the order of their keys: they are read, written and compared.

use super::row::{count, equal_rows, key_of};
use super::side::Side;
use super::statements::{self, Beginning};
use super::tables::{TABLES, Table};
use super::{CopiedTable, Progress, Stage, TransferError};

/// A page that was just written.
pub(super) struct Page<'a> {
    pub(super) table: &'static Table,
    /// The last key before it.
    pub(super) after: Option<&'a str>,
    pub(super) rows: &'a [String],
}

/// Copies the rows of a table after a key, and returns how many. `written` is called after each page.
pub(super) fn copy_after(
    source: &mut Side,
    target: &mut Side,
    table: &'static Table,
    mut after: Option<String>,
    mut written: impl FnMut(&mut Side, &Page<'_>) -> Result<(), TransferError>,
) -> Result<u64, TransferError> {
    let mut all = 0;
    loop {
        let rows = read(source, table, after.as_deref())?;
        let Some(last) = rows.last() else {
            return Ok(all);
        };
        let last = key_of(source, table, last)?;
        write(target, table, &rows)?;
        let page = Page {
            table,
            after: after.as_deref(),
            rows: &rows,
        };
        written(target, &page)?;
        all += count(&rows);
        after = Some(last);
    }
}

/// Tells how far the copying is. `done` rows of `total` were there before.
pub(super) fn telling(
    mut done: u64,
    total: u64,
    tell: &mut impl FnMut(Progress),
) -> impl FnMut(&mut Side, &Page<'_>) -> Result<(), TransferError> {
    move |_, page| {
        done += count(page.rows);
        tell(Progress {
            stage: Stage::Copying,
            table: page.table.name,
            done,
            total,
        });
        Ok(())
    }
}

/// Reads a page back, and compares it.
pub(super) fn compare(target: &mut Side, page: &Page<'_>) -> Result<(), TransferError> {
    let found = read(target, page.table, page.after)?;
    expect_equal(page.table, page.rows, &found)
}

/// Refuses rows that are not those that were written.
pub(super) fn expect_equal(
    table: &Table,
    expected: &[String],
    found: &[String],
) -> Result<(), TransferError> {
    match equal_rows(expected, found) == expected.len().max(found.len()) {
        true => Ok(()),
        false => Err(TransferError::ChangeDiffers { table: table.name }),
    }
}

/// Reads both databases and compares the hash of each row.
pub(super) fn compare_all(
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
            let expected = read(source, table, after.as_deref())?;
            let found = read(target, table, after.as_deref())?;
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

/// How many rows all tables have.
pub(super) fn count_all(side: &mut Side) -> Result<u64, TransferError> {
    let mut sum = 0;
    for table in &TABLES {
        let query = format!("SELECT count(*) AS number FROM {}", table.name);
        sum += u64::try_from(side.number(&query)?).unwrap_or(0);
    }
    Ok(sum)
}

/// The last key of a table. Pages go in the order of the keys, so a table that was begun has all rows up to it.
pub(super) fn last_key(target: &mut Side, table: &Table) -> Result<Option<String>, TransferError> {
    let keys = target.lines(&statements::last_key(table, target.backend()))?;
    Ok(keys.into_iter().next())
}

/// A page of rows, after this key.
fn read(side: &mut Side, table: &Table, after: Option<&str>) -> Result<Vec<String>, TransferError> {
    let backend = side.backend();
    let rows = match after {
        None => side.lines(&statements::page(table, backend, Beginning::First)),
        Some(key) => side.lines_with(&statements::page(table, backend, Beginning::AfterKey), key),
    };
    rows.map_err(|error| error.of_table(table.name))
}

/// Writes a page of rows, all or none.
fn write(target: &mut Side, table: &Table, rows: &[String]) -> Result<(), TransferError> {
    let statement = statements::insert(table, target.backend());
    let all = format!("[{}]", rows.join(","));
    let done = target.transact(|target| target.execute(&statement, &all));
    done.map_err(|error| {
        let refused = rows
            .iter()
            .find(|row| target.refuses(&statement, &format!("[{row}]")));
        match (
            error,
            refused.and_then(|row| key_of(target, table, row).ok()),
        ) {
            (TransferError::Failed { url, reason }, Some(key)) => TransferError::Row {
                url,
                table: table.name,
                key,
                reason,
            },
            (error, _) => error.of_table(table.name),
        }
    })
}
