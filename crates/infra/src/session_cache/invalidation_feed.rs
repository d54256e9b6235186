//! Polls the database for the invalidations of other nodes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use azuma_domain::mutants::Mutant;
use azuma_domain::ports::{
    ChangeHistory, HistoryPosition, Invalidation, InvalidationNumber, Reader, Store, StoreError,
    StoreExt,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{MissedTickBehavior, interval};

use super::Shared;

/// The time between two polls.
const POLL_EVERY: Duration = Duration::from_millis(250);
/// The most polls that are under way. There are two, so that polls continue while one connection hangs.
const MOST_POLLS: usize = 2;
/// The most invalidations that one poll reads, and that are kept for those who follow them. If there are more to read, all sessions
/// are removed from memory.
pub(super) const MOST: u32 = 10_000;

/// Follows the history of invalidations that all nodes write. How far is what [`History`](super::history::History) knows.
pub(super) struct InvalidationFeed {
    /// A store on the same database, with connections that requests do not use.
    store: Arc<dyn Store>,
    polls_fail: AtomicBool,
}

impl InvalidationFeed {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            polls_fail: AtomicBool::new(false),
        }
    }
}

/// Polls for invalidations. Never returns.
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

/// Polls, and logs when polls begin to fail and when they succeed again.
async fn poll_and_log(shared: Arc<Shared>, _permit: OwnedSemaphorePermit) {
    let polls_fail = &shared.feed.polls_fail;
    match shared.poll().await {
        Ok(()) if polls_fail.swap(false, Ordering::Relaxed) => {
            tracing::info!("invalidations of other nodes can be read again");
        }
        Ok(()) => {}
        Err(error) if !polls_fail.swap(true, Ordering::Relaxed) => {
            tracing::warn!(%error, "invalidations of other nodes cannot be read; every session check reads the \
                                    database until they can");
        }
        Err(_) => {}
    }
}

impl Shared {
    /// Reads the invalidations once and removes the invalidated sessions from memory. Memory may then answer for 2 s.
    pub(super) async fn poll(&self) -> Result<(), StoreError> {
        let sent = self.validity.now();
        let known = self.history.end();
        let store = &self.feed.store;
        let batch = store.read(move |reader| read(reader, known)).await?;
        self.invalidate(batch, sent);
        self.validity
            .extend(match Mutant::ValidityCountsFromAnswers.is_on() {
                true => self.validity.now(),
                false => sent,
            });
        Ok(())
    }

    /// Followers are told what the cache has obeyed. Of two simultaneous polls, the history adds what the other has not.
    fn invalidate(&self, batch: Batch, sent: Duration) {
        match batch {
            Batch::Users(later) => {
                for row in &later {
                    self.sessions.invalidate(row.user_id);
                }
                self.history.add(&later, sent);
            }
            Batch::Everybody { end, latest } => {
                self.sessions.invalidate_all();
                self.history.begin(end, latest, sent);
            }
        }
    }
}

/// The result of a poll.
enum Batch {
    /// The users of these, which follow the known end of the history without gaps.
    Users(Vec<Invalidation>),
    /// The poll cannot tell which users were invalidated.
    Everybody {
        /// The end of the history.
        end: HistoryPosition,
        /// The latest invalidations, for those who follow them, without gaps.
        latest: Vec<Invalidation>,
    },
}

/// Reads the invalidations after `known`; `None` stands for a node that has not polled yet. If nothing was invalidated,
/// this is one query.
fn read(reader: &mut dyn Reader, known: Option<HistoryPosition>) -> Result<Batch, StoreError> {
    let Some(known) = known else {
        return everybody(reader);
    };
    let Some(mark) = known.mark else {
        return read_without_mark(reader, known);
    };
    // The known invalidation is read again. If it is missing or its mark differs, the database has lost an invalidation
    // that this node had read.
    let rows = reader.invalidations().from(known.number, MOST + 1)?;
    match rows.split_first() {
        Some((first, later)) if (first.number, first.mark) == (known.number, mark) => {
            all_of(reader, known, later)
        }
        _ => everybody(reader),
    }
}

/// Reads the invalidations after `known` where `known` has no mark to compare: nothing was invalidated yet, or
/// retention has deleted the last invalidation.
fn read_without_mark(reader: &mut dyn Reader, known: HistoryPosition) -> Result<Batch, StoreError> {
    let last = reader.invalidations().last()?;
    if last == known {
        return all_of(reader, known, &[]);
    }
    if known.number != HistoryPosition::START.number {
        return everybody(reader);
    }
    let rows = reader.invalidations().from(known.number.next(), MOST)?;
    let reached = rows.last().map(|row| row.number);
    match reached >= Some(last.number) {
        true => all_of(reader, known, &rows),
        false => everybody(reader),
    }
}

/// The users of `later`, if `later` is complete: [`Batch::Everybody`] if retention has deleted one of them, or
/// there are more than one poll reads.
fn all_of(
    reader: &mut dyn Reader,
    known: HistoryPosition,
    later: &[Invalidation],
) -> Result<Batch, StoreError> {
    let mut last = known.number;
    for row in later {
        if row.number != last.next() {
            return everybody(reader);
        }
        last = row.number;
    }
    match later.len() < MOST as usize {
        true => Ok(Batch::Users(later.to_vec())),
        false => everybody(reader),
    }
}

fn everybody(reader: &mut dyn Reader) -> Result<Batch, StoreError> {
    let last = reader.invalidations().last()?;
    let first = last.number.get().saturating_sub(u64::from(MOST));
    let mut latest = reader
        .invalidations()
        .from(InvalidationNumber::new(first), MOST + 1)?;
    // Those that were added meanwhile are read again by the next poll.
    latest.retain(|row| row.number <= last.number);
    let gap = latest
        .windows(2)
        .rposition(|pair| matches!(pair, [one, next] if one.number.next() != next.number));
    latest.drain(..gap.map_or(0, |place| place + 1));
    if latest.last().map(Invalidation::place) != Some(last) {
        latest.clear();
    }
    Ok(Batch::Everybody { end: last, latest })
}
