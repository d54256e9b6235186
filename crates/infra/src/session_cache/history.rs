//! The invalidations that were read, for those who follow them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use azuma_domain::ports::{
    BoxFuture, Cause, ChangeHistory, Clock, HistoryPage, HistoryPosition, Invalidation,
};
use tokio::sync::watch;
use tokio::time::timeout;

use super::invalidation_feed::MOST;

/// How old the knowledge of a node may be that answers followers.
const CURRENT_FOR: Duration = Duration::from_secs(1);

/// The latest invalidations that were read, [`MOST`] at most, and the end of what was read.
///
/// Whoever waits holds a receiver of a channel and nothing else. Few wait for polls, so that most are not woken by them.
pub(super) struct History {
    read: Mutex<Read>,
    /// The end, for those who wait for another one.
    ends: watch::Sender<Option<HistoryPosition>>,
    /// When the latest of the polls was sent that were answered, by [`Clock::running`].
    answered: watch::Sender<Option<Duration>>,
    clock: Arc<dyn Clock>,
}

/// The place `before`, and the invalidations that follow it without gaps.
struct Read {
    before: HistoryPosition,
    later: VecDeque<Invalidation>,
}

impl Read {
    fn end(&self) -> HistoryPosition {
        self.later.back().map_or(self.before, Invalidation::place)
    }

    fn push(&mut self, row: Invalidation) {
        self.later.push_back(row);
        if self.later.len() > MOST as usize
            && let Some(oldest) = self.later.pop_front()
        {
            self.before = oldest.place();
        }
    }

    /// How many of the invalidations come up to `place`; `None` if it is not known.
    fn find(&self, place: HistoryPosition) -> Option<usize> {
        let distance = place.number.get().checked_sub(self.before.number.get())?;
        let distance = usize::try_from(distance).ok()?;
        let known = match distance.checked_sub(1) {
            None => self.before,
            Some(index) => self.later.get(index)?.place(),
        };
        (known == place).then_some(distance)
    }
}

impl History {
    /// Nothing is read yet.
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            read: Mutex::new(Read {
                before: HistoryPosition::START,
                later: VecDeque::new(),
            }),
            ends: watch::Sender::new(None),
            answered: watch::Sender::new(None),
            clock,
        }
    }

    /// Begins anew with a history that ends at `end`. `latest` are the last of its invalidations, without gaps.
    pub(super) fn begin(&self, end: HistoryPosition, latest: Vec<Invalidation>, sent: Duration) {
        let mut later = VecDeque::from(latest);
        let before = match later.front().map(|row| row.number.get()) {
            // The first one that ever was: the place before it is known.
            Some(1) => HistoryPosition::START,
            Some(_) => later.pop_front().map_or(end, |row| row.place()),
            None => end,
        };
        let mut read = self.read();
        *read = Read { before, later };
        self.tell(&read, sent);
    }

    /// Adds invalidations that were read after those that are known. What another poll has added is left out.
    pub(super) fn add(&self, rows: &[Invalidation], sent: Duration) {
        let mut read = self.read();
        for row in rows {
            if row.number == read.end().number.next() {
                read.push(*row);
            }
        }
        self.tell(&read, sent);
    }

    fn tell(&self, read: &Read, sent: Duration) {
        let end = Some(read.end());
        self.ends.send_if_modified(|known| {
            let is_news = *known != end;
            *known = end;
            is_news
        });
        self.answered
            .send_modify(|latest| *latest = Some(latest.map_or(sent, |latest| latest.max(sent))));
    }

    fn read(&self) -> MutexGuard<'_, Read> {
        // No panic can leave it inconsistent.
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ChangeHistory for History {
    fn end(&self) -> Option<HistoryPosition> {
        *self.ends.borrow()
    }

    fn is_current(&self) -> bool {
        let answered = *self.answered.borrow();
        answered.is_some_and(|sent| self.clock.running().saturating_sub(sent) <= CURRENT_FOR)
    }

    fn after(&self, place: HistoryPosition, limit: usize) -> Option<HistoryPage> {
        let read = self.read();
        let later = read.later.iter().skip(read.find(place)?);
        let changes = later.filter(|row| row.cause != Cause::Probe);
        let changes: Vec<_> = changes.take(limit).copied().collect();
        let last = changes.last().filter(|_| changes.len() == limit);
        let end = last.map_or_else(|| read.end(), Invalidation::place);
        Some(HistoryPage { changes, end })
    }

    fn moved_on(&self, known: HistoryPosition) -> BoxFuture<'static, ()> {
        let mut ends = self.ends.subscribe();
        Box::pin(async move {
            // The sender lives as long as the server.
            let _ = ends.wait_for(|end| *end != Some(known)).await;
        })
    }

    fn asked_again(&self) -> BoxFuture<'static, ()> {
        let asked = self.clock.running();
        let mut answered = self.answered.subscribe();
        Box::pin(async move {
            let later = answered.wait_for(|sent| sent.is_some_and(|sent| sent > asked));
            let _ = timeout(CURRENT_FOR, later).await;
        })
    }
}
