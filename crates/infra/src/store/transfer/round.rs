//! Brings the target to what one moment of the source holds.

use std::collections::BTreeSet;

use super::TransferError;
use super::changed;
use super::log;
use super::pages::{self, Page, expect_equal};
use super::row::{count, is_after, key_of, unreadable};
use super::side::Side;
use super::tables::{TABLES, Table};

/// Brings the target to what `snapshot` holds: a transaction of the source that sees one moment. `written` is called after each
/// new page. Returns how many keys were written or deleted.
///
/// Table by table, those that others refer to first: the logged rows up to the target's last key, then all rows after it, page
/// by page. So it also goes on with what an earlier call left of a table.
pub(super) fn round(
    snapshot: &mut Side,
    target: &mut Side,
    mut written: impl FnMut(&mut Side, &Page<'_>) -> Result<(), TransferError>,
) -> Result<u64, TransferError> {
    let mut all = 0;
    for table in &TABLES {
        let last = pages::last_key(target, table)?;
        if let Some(last) = &last {
            all += apply(snapshot, target, table, last)?;
        }
        all += pages::copy_after(snapshot, target, table, last, &mut written)?;
    }
    Ok(all)
}

/// Brings the logged rows up to the key `last` to what the snapshot holds, all or none. Rows that are gone are deleted before
/// others are written, and those are without their unique values meanwhile: two may have exchanged theirs.
fn apply(
    snapshot: &mut Side,
    target: &mut Side,
    table: &Table,
    last: &str,
) -> Result<u64, TransferError> {
    if log::keys(snapshot, table, "")?.is_empty() {
        return Ok(0);
    }
    target.transact(|target| {
        let mut all = 0;
        each_page(snapshot, table, last, |snapshot, keys| {
            all += count(keys);
            make_room(snapshot, target, table, keys)
        })?;
        each_page(snapshot, table, last, |snapshot, keys| {
            write(snapshot, target, table, keys)
        })?;
        Ok(all)
    })
}

fn each_page(
    snapshot: &mut Side,
    table: &Table,
    last: &str,
    mut work: impl FnMut(&mut Side, &[String]) -> Result<(), TransferError>,
) -> Result<(), TransferError> {
    let mut after = String::new();
    loop {
        let page = log::keys(snapshot, table, &after)?;
        let Some(end) = page.last() else {
            return Ok(());
        };
        after.clone_from(end);
        let mut keys = Vec::with_capacity(page.len());
        for key in &page {
            let key = key_of(snapshot, table, key)?;
            match is_after(&key, last) {
                Some(true) => {}
                Some(false) => keys.push(key),
                None => return Err(unreadable(snapshot, table)),
            }
        }
        work(snapshot, &keys)?;
    }
}

fn make_room(
    snapshot: &mut Side,
    target: &mut Side,
    table: &Table,
    keys: &[String],
) -> Result<(), TransferError> {
    let mut there = BTreeSet::new();
    for row in rows(snapshot, table, keys)? {
        there.insert(key_of(snapshot, table, &row)?);
    }
    let (there, gone): (Vec<_>, Vec<_>) = keys.iter().cloned().partition(|key| there.contains(key));
    target.execute(&changed::delete(table, target.backend()), &array(&gone))?;
    match changed::vacate(table, target.backend()) {
        Some(statement) => target.execute(&statement, &array(&there)),
        None => Ok(()),
    }
}

/// Writes the rows that are there, and compares what was written.
fn write(
    snapshot: &mut Side,
    target: &mut Side,
    table: &Table,
    keys: &[String],
) -> Result<(), TransferError> {
    let expected = rows(snapshot, table, keys)?;
    let upsert = changed::upsert(table, target.backend());
    let written = target.execute(&upsert, &array(&expected));
    written.map_err(|error| error.of_table(table.name))?;
    expect_equal(table, &expected, &rows(target, table, keys)?)
}

fn rows(side: &mut Side, table: &Table, keys: &[String]) -> Result<Vec<String>, TransferError> {
    side.lines_with(&changed::select(table, side.backend()), &array(keys))
}

fn array(values: &[String]) -> String {
    format!("[{}]", values.join(","))
}
