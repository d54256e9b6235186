//! Writes the uses of sessions in the background, many at once.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use azuma_domain::Timestamp;
use azuma_domain::mutants::Mutant;
use azuma_domain::ports::{Schema, SessionUse, Store, StoreError, StoreExt};
use azuma_domain::token::TokenHash;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::cached_session::CachedSession;

/// The number of slices into which token hashes are divided, by their first byte. One slice is flushed at a time, so
/// that no write contains all uses of a minute. The hashes of a slice are neighbours in the database's index.
pub(super) const SLICES: u8 = 64;
/// The number of first bytes in one slice.
const SLICE_WIDTH: u8 = 4;
/// The pause between two slices. Each slice is flushed once a minute: a session is written at most once a minute, and
/// at most a minute after its use.
const FLUSH_EVERY: Duration = Duration::from_micros(60_000_000 / SLICES as u64);
/// The pause before the last uses are written again at shutdown.
const RETRY_AFTER: Duration = Duration::from_millis(200);

/// The sessions whose latest use is not stored. Some are no longer cached.
pub(super) struct UseWriter {
    store: Arc<dyn Store>,
    waiting: Mutex<BTreeMap<TokenHash, Arc<CachedSession>>>,
    /// Locked while a slice is flushed, so that `flush_all` waits for that flush.
    due: tokio::sync::Mutex<Due>,
}

/// The slices to flush: `count` slices, of which the first begins with the byte `first`.
#[derive(Default)]
struct Due {
    first: u8,
    count: u8,
}

impl UseWriter {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            waiting: Mutex::default(),
            due: tokio::sync::Mutex::default(),
        }
    }

    /// Queues a session, so that its latest use is written within a minute.
    pub(super) fn queue(&self, session: &Arc<CachedSession>) {
        if !session.becomes_unwritten() {
            return;
        }
        let mut waiting = self.waiting();
        if let Some(other) = waiting.insert(session.hash(), Arc::clone(session)) {
            // Another copy of the session was queued: it was evicted, or found by a simultaneous lookup. Later uses
            // of the other copy queue it again.
            session.take_over(other.take_use());
        }
    }

    /// Writes the latest use of a session before the request is answered. Simultaneous calls share one write.
    pub(super) async fn write_first(
        &self,
        session: &Arc<CachedSession>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let _one_at_a_time = session.write_first.lock().await;
        if !session.is_urgent(now) {
            // An earlier call has moved the stored expiry.
            self.queue(session);
            return Ok(());
        }
        let latest = session.latest_use();
        let found = self.write(vec![latest]).await?;
        settle(session, latest, &found);
        Ok(())
    }

    /// The same for several sessions, by one write.
    pub(super) async fn write_all_first(
        &self,
        sessions: &[Arc<CachedSession>],
    ) -> Result<(), StoreError> {
        if sessions.is_empty() {
            return Ok(());
        }
        let uses: Vec<SessionUse> = sessions
            .iter()
            .map(|session| session.latest_use())
            .collect();
        let found = self.write(uses.clone()).await?;
        for (session, latest) in sessions.iter().zip(uses) {
            settle(session, latest, &found);
        }
        Ok(())
    }

    /// Flushes one slice after another. Never returns.
    pub(super) async fn run(&self) {
        let mut ticks = interval(FLUSH_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.flush_due().await {
                tracing::warn!(%error, "uses of sessions could not be written, and will be tried again");
            }
        }
    }

    /// Flushes the next slice, and the earlier ones whose flush failed.
    pub(super) async fn flush_due(&self) -> Result<(), StoreError> {
        let mut due = self.due.lock().await;
        due.count = SLICES.min(due.count + 1);
        while due.count > 0 {
            self.flush(due.first).await?;
            due.first = due.first.wrapping_add(SLICE_WIDTH);
            due.count -= 1;
        }
        Ok(())
    }

    /// Flushes all slices, and retries until none fails or the database is closed.
    pub(super) async fn flush_all(&self) {
        while let Err(error) = self.try_flush_all().await {
            if let Ok(Schema::Moved) = self.store.read(|reader| reader.schema()).await {
                tracing::warn!(
                    %error,
                    "the session uses of the last minute are lost: the database was moved before they were written"
                );
                return;
            }
            tracing::warn!(%error, "the last uses of sessions could not be written, and will be tried again");
            sleep(RETRY_AFTER).await;
        }
    }

    async fn try_flush_all(&self) -> Result<(), StoreError> {
        let _one_at_a_time = self.due.lock().await;
        for first in (0..=u8::MAX).step_by(usize::from(SLICE_WIDTH)) {
            self.flush(first).await?;
        }
        Ok(())
    }

    /// Writes the latest use of each session of a slice. A session stays queued until it is written, so no use is
    /// lost if this fails or is dropped.
    async fn flush(&self, first_byte: u8) -> Result<(), StoreError> {
        let in_slice = self.waiting_from(first_byte);
        if in_slice.is_empty() {
            return Ok(());
        }
        let uses: Vec<SessionUse> = in_slice.iter().map(|session| session.take_use()).collect();
        let found = self.write(uses.clone()).await?;
        let mut waiting = self.waiting();
        for (session, written) in in_slice.iter().zip(uses) {
            settle(session, written, &found);
            // If the session was used since, or another copy of it is queued, it stays queued.
            if waiting
                .get(&written.hash)
                .is_some_and(|session| !session.is_unwritten())
            {
                waiting.remove(&written.hash);
            }
        }
        Ok(())
    }

    /// Writes uses, and returns the tokens that exist.
    async fn write(&self, uses: Vec<SessionUse>) -> Result<HashSet<TokenHash>, StoreError> {
        if Mutant::UsesAreNotWritten.is_on() {
            return Ok(uses.into_iter().map(|one| one.hash).collect());
        }
        let found = self
            .store
            .transact::<_, StoreError>(move |tx| Ok(tx.sessions().record_uses(&uses)?))
            .await?;
        Ok(found.into_iter().collect())
    }

    /// The queued sessions of the slice with this first byte, by hash.
    fn waiting_from(&self, first_byte: u8) -> Vec<Arc<CachedSession>> {
        let (mut first, mut last) = ([0; 32], [u8::MAX; 32]);
        first[0] = first_byte;
        last[0] = first_byte | (SLICE_WIDTH - 1);
        let slice = TokenHash::from_bytes(first)..=TokenHash::from_bytes(last);
        self.waiting()
            .range(slice)
            .map(|(_, session)| Arc::clone(session))
            .collect()
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<TokenHash, Arc<CachedSession>>> {
        // No panic can leave the map inconsistent.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn waiting_count(&self) -> usize {
        self.waiting().len()
    }
}

/// Records in the session whether its use was written.
fn settle(session: &CachedSession, written: SessionUse, found: &HashSet<TokenHash>) {
    match found.contains(&written.hash) {
        true => session.was_written(written),
        false => session.was_not_found(),
    }
}
