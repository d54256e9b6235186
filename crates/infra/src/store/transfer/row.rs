//! A row as JSON: a text that either database makes, whose hash does not depend on which one.

use std::cmp::Ordering;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::TransferError;
use super::side::Side;
use super::tables::Table;

/// The key of a row, or of a key, as JSON that does not depend on the database.
pub(super) fn key_of(side: &Side, table: &Table, row: &str) -> Result<String, TransferError> {
    let key = || {
        let mut values: Vec<Value> = serde_json::from_str(row).ok()?;
        values.truncate(table.key().len());
        serde_json::to_string(&values).ok()
    };
    key().ok_or_else(|| unreadable(side, table))
}

/// The hash of a row.
pub(super) fn hash(row: &str) -> Option<[u8; 32]> {
    let values: Vec<Value> = serde_json::from_str(row).ok()?;
    let canonical = serde_json::to_vec(&values).ok()?;
    Some(Sha256::digest(&canonical).into())
}

/// How many rows at the beginning of two pages are the same.
pub(super) fn equal_rows(expected: &[String], found: &[String]) -> usize {
    let pairs = expected.iter().zip(found);
    pairs
        .take_while(|(expected, found)| match (hash(expected), hash(found)) {
            (Some(expected), Some(found)) => expected == found,
            _ => false,
        })
        .count()
}

/// Whether a key is after another one in the order of both databases: numbers by their size, texts by their bytes. Hexadecimal
/// digits have the order of what they stand for.
pub(super) fn is_after(key: &str, other: &str) -> Option<bool> {
    let key: Vec<Value> = serde_json::from_str(key).ok()?;
    let other: Vec<Value> = serde_json::from_str(other).ok()?;
    let unequal = key.iter().zip(&other).find_map(|pair| {
        match pair {
            (Value::String(one), Value::String(two)) => Some(one.as_bytes().cmp(two.as_bytes())),
            (one, two) => Some(one.as_i64()?.cmp(&two.as_i64()?)),
        }
        .filter(|order| order.is_ne())
    });
    Some(unequal == Some(Ordering::Greater))
}

/// The error for a row that is no JSON array.
pub(super) fn unreadable(side: &Side, table: &Table) -> TransferError {
    side.failed(format!("a row of {} cannot be read", table.name))
}

/// How many rows a page has.
pub(super) fn count<T>(page: &[T]) -> u64 {
    u64::try_from(page.len()).unwrap_or(u64::MAX)
}
