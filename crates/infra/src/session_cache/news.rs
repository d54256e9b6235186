//! What other nodes did, as one poll learns of it.

use azuma_domain::ports::{Invalidation, InvalidationNumber, StoreError, Transaction};
use azuma_domain::user::UserId;

/// The most invalidations of one poll. Forgetting everybody is cheaper than more.
const MOST: u32 = 10_000;

/// What is to be forgotten, and the number up to which that is all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct News {
    pub(super) forget: Forget,
    pub(super) up_to: InvalidationNumber,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Forget {
    /// These users.
    Users(Vec<UserId>),
    /// Everybody: nobody can tell what happened.
    Everybody,
}

/// Reads what happened after `known`; `None` stands for a node that knows nothing yet.
pub(super) fn read(
    tx: &mut dyn Transaction,
    known: Option<InvalidationNumber>,
) -> Result<News, StoreError> {
    let last = tx.invalidations().last()?;
    match known {
        Some(known) if known == last => Ok(News {
            forget: Forget::Users(Vec::new()),
            up_to: last,
        }),
        Some(known) if known < last => {
            let rows = tx.invalidations().after(known, MOST)?;
            Ok(complete(known, last, &rows))
        }
        // Unknown, or greater than the last: this is another database than it was.
        _ => Ok(everybody(last)),
    }
}

/// All invalidations from the one after `known` to `last`, and maybe more that came since `last` was read; or everybody,
/// where some of them are kept no longer.
fn complete(known: InvalidationNumber, last: InvalidationNumber, rows: &[Invalidation]) -> News {
    let mut up_to = known;
    for row in rows {
        if row.number != up_to.next() {
            return everybody(last);
        }
        up_to = row.number;
    }
    if up_to < last {
        return everybody(last);
    }
    News {
        forget: Forget::Users(rows.iter().map(|row| row.user_id).collect()),
        up_to,
    }
}

fn everybody(up_to: InvalidationNumber) -> News {
    News {
        forget: Forget::Everybody,
        up_to,
    }
}
