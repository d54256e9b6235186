//! Following what other nodes invalidate.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use azuma_domain::ports::{
    HistoryEnd, Invalidation, InvalidationNumber, Reader, Store, StoreError, StoreExt,
};
use azuma_domain::user::UserId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{MissedTickBehavior, interval};

use super::Shared;

/// How often other nodes' invalidations are asked for.
const POLL_EVERY: Duration = Duration::from_millis(250);
/// The most polls without an answer. More than one, so that a connection that hangs does not stop the others.
const MOST_POLLS: usize = 2;
/// The most invalidations of one poll. Invalidating everybody is cheaper than more.
const MOST: u32 = 10_000;

/// The history of invalidations that all nodes write, as far as this one has followed it.
pub(super) struct InvalidationFeed {
    /// The database, on connections that no request has.
    store: Arc<dyn Store>,
    /// How far it was followed; `None` before the first poll.
    known: Mutex<Option<HistoryEnd>>,
    polls_fail: AtomicBool,
}

impl InvalidationFeed {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            known: Mutex::default(),
            polls_fail: AtomicBool::new(false),
        }
    }

    fn known(&self) -> MutexGuard<'_, Option<HistoryEnd>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Polls, for ever.
pub(super) async fn follow(shared: &Arc<Shared>) {
    let polls = Arc::new(Semaphore::new(MOST_POLLS));
    let mut ticks = interval(POLL_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Ok(permit) = Arc::clone(&polls).try_acquire_owned() {
            tokio::spawn(poll_and_log(Arc::clone(shared), permit));
        }
    }
}

/// Polls, and logs when polls begin to fail, and when they work again.
async fn poll_and_log(shared: Arc<Shared>, _permit: OwnedSemaphorePermit) {
    let polls_fail = &shared.feed.polls_fail;
    match shared.poll().await {
        Ok(()) if polls_fail.swap(false, Ordering::Relaxed) => {
            tracing::info!("other nodes can be followed again");
        }
        Ok(()) => {}
        Err(error) if !polls_fail.swap(true, Ordering::Relaxed) => {
            tracing::warn!(%error, "other nodes cannot be followed; sessions are looked up in the database");
        }
        Err(_) => {}
    }
}

impl Shared {
    /// Asks once what was invalidated, and removes that from memory, which may then answer for a while.
    pub(super) async fn poll(&self) -> Result<(), StoreError> {
        let sent = self.validity.now();
        let known = *self.feed.known();
        let store = &self.feed.store;
        let batch = store.read(move |tx| read(tx, known)).await?;
        self.invalidate(batch);
        self.validity.extend(sent);
        Ok(())
    }

    fn invalidate(&self, batch: Batch) {
        // Locked throughout, so that of two polls the later number stays.
        let mut known = self.feed.known();
        match batch.invalidated {
            Invalidated::Users(users) => {
                for user_id in users {
                    self.sessions.invalidate(user_id);
                }
                if known.is_none_or(|known| known.number < batch.up_to.number) {
                    *known = Some(batch.up_to);
                }
            }
            Invalidated::Everybody => {
                self.sessions.invalidate_all();
                *known = Some(batch.up_to);
            }
        }
    }
}

/// What a poll brought: all that was invalidated after what was known, up to this end of the history.
struct Batch {
    invalidated: Invalidated,
    up_to: HistoryEnd,
}

enum Invalidated {
    Users(Vec<UserId>),
    /// Nobody can tell who.
    Everybody,
}

/// Reads what was invalidated after `known`; `None` stands for a node that knows nothing yet. Where nothing was, it is one query.
fn read(tx: &mut dyn Reader, known: Option<HistoryEnd>) -> Result<Batch, StoreError> {
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
            all_of(tx, known, later)
        }
        _ => everybody(tx),
    }
}

/// At the beginning there is no invalidation to compare. Elsewhere the last one was pruned, which leaves nothing to compare
/// either.
fn read_without_mark(tx: &mut dyn Reader, known: HistoryEnd) -> Result<Batch, StoreError> {
    let last = tx.invalidations().last()?;
    if last == known {
        return all_of(tx, known, &[]);
    }
    if known.number != InvalidationNumber::default() {
        return everybody(tx);
    }
    let rows = tx.invalidations().from(known.number.next(), MOST)?;
    let reached = rows.last().map(|row| row.number);
    match reached >= Some(last.number) {
        true => all_of(tx, known, &rows),
        false => everybody(tx),
    }
}

/// `later` are all that came after `known`, unless there are too many, or some of them are kept no longer.
fn all_of(
    tx: &mut dyn Reader,
    known: HistoryEnd,
    later: &[Invalidation],
) -> Result<Batch, StoreError> {
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
    Ok(Batch {
        invalidated: Invalidated::Users(later.iter().map(|row| row.user_id).collect()),
        up_to,
    })
}

fn everybody(tx: &mut dyn Reader) -> Result<Batch, StoreError> {
    Ok(Batch {
        invalidated: Invalidated::Everybody,
        up_to: tx.invalidations().last()?,
    })
}
