//! What other nodes did, as one poll learns of it.

use azuma_domain::ports::{HistoryEnd, Invalidation, InvalidationNumber, Reader, StoreError};
use azuma_domain::user::UserId;

/// The most invalidations of one poll. Forgetting everybody is cheaper than more.
const MOST: u32 = 10_000;

/// What is to be forgotten, and the end of the history that it is all of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct News {
    pub(super) forget: Forget,
    pub(super) up_to: HistoryEnd,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Forget {
    /// These users.
    Users(Vec<UserId>),
    /// Everybody: nobody can tell what happened.
    Everybody,
}

/// Reads what happened after `known`; `None` stands for a node that knows nothing yet. Where nothing happened, it is one query.
pub(super) fn read(tx: &mut dyn Reader, known: Option<HistoryEnd>) -> Result<News, StoreError> {
    let Some(known) = known else {
        return everybody(tx);
    };
    let Some(mark) = known.mark else {
        return read_without_mark(tx, known);
    };
    // The known one is read again: with another mark, or gone, it shows that the database lost what this node had seen.
    let rows = tx.invalidations().from(known.number, MOST + 1)?;
    match rows.split_first() {
        Some((first, later)) if (first.number, first.mark) == (known.number, mark) => {
            follow(tx, known, later)
        }
        _ => everybody(tx),
    }
}

/// At the beginning there is no invalidation to compare. Elsewhere the last one was pruned, which leaves nothing to compare
/// either.
fn read_without_mark(tx: &mut dyn Reader, known: HistoryEnd) -> Result<News, StoreError> {
    let last = tx.invalidations().last()?;
    if last == known {
        return follow(tx, known, &[]);
    }
    if known.number != InvalidationNumber::default() {
        return everybody(tx);
    }
    let rows = tx.invalidations().from(known.number.next(), MOST)?;
    let reached = rows.last().map(|row| row.number);
    match reached >= Some(last.number) {
        true => follow(tx, known, &rows),
        false => everybody(tx),
    }
}

/// `later` are all that came after `known`, unless there are too many, or some of them are kept no longer.
fn follow(
    tx: &mut dyn Reader,
    known: HistoryEnd,
    later: &[Invalidation],
) -> Result<News, StoreError> {
    let mut up_to = known;
    for row in later {
        if row.number != up_to.number.next() {
            return everybody(tx);
        }
        up_to = HistoryEnd {
            number: row.number,
            mark: Some(row.mark),
        };
    }
    if later.len() >= MOST as usize {
        return everybody(tx);
    }
    Ok(News {
        forget: Forget::Users(later.iter().map(|row| row.user_id).collect()),
        up_to,
    })
}

fn everybody(tx: &mut dyn Reader) -> Result<News, StoreError> {
    Ok(News {
        forget: Forget::Everybody,
        up_to: tx.invalidations().last()?,
    })
}
