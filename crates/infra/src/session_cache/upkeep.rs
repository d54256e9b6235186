//! What goes on behind the answers: following other nodes, and writing uses.

use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use azuma_domain::ports::{HistoryEnd, StoreError, StoreExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::news::{self, Forget, News};
use super::{SessionCache, Shared};

/// How often other nodes' invalidations are asked for.
const POLL_EVERY: Duration = Duration::from_millis(250);
/// The most polls without an answer. More than one, so that a connection that hangs does not stop the others.
const MOST_POLLS: usize = 2;
/// How often uses are written; each token's turn comes once in 60 times.
const WRITE_EVERY: Duration = Duration::from_secs(1);
/// How long to wait before the last uses are tried again.
const RETRY_AFTER: Duration = Duration::from_millis(200);

impl SessionCache {
    /// Follows what other nodes do and writes uses behind, for ever. Without it running, memory answers nothing.
    pub async fn run(self) {
        tokio::join!(self.follow(), self.write_behind());
    }

    /// Writes all uses that wait; tries until it has. Called when no more requests come.
    pub async fn write_all(&self) {
        while let Err(error) = self.shared.behind.write_all().await {
            tracing::warn!(%error, "the last uses of sessions could not be written, and will be tried again");
            sleep(RETRY_AFTER).await;
        }
    }

    async fn follow(&self) {
        let polls = Arc::new(Semaphore::new(MOST_POLLS));
        let mut ticks = interval(POLL_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Ok(permit) = Arc::clone(&polls).try_acquire_owned() {
                tokio::spawn(poll(Arc::clone(&self.shared), permit));
            }
        }
    }

    async fn write_behind(&self) {
        let mut ticks = interval(WRITE_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.shared.behind.write_next_turn().await {
                tracing::warn!(%error, "uses of sessions could not be written, and will be tried again");
            }
        }
    }
}

/// Polls, and says when that begins to fail, and when it works again.
async fn poll(shared: Arc<Shared>, _permit: OwnedSemaphorePermit) {
    match shared.poll().await {
        Ok(()) if shared.polls_fail.swap(false, Ordering::Relaxed) => {
            tracing::info!("other nodes can be followed again");
        }
        Ok(()) => {}
        Err(error) if !shared.polls_fail.swap(true, Ordering::Relaxed) => {
            tracing::warn!(%error, "other nodes cannot be followed; sessions are looked up in the database");
        }
        Err(_) => {}
    }
}

impl Shared {
    /// Asks once what other nodes did, and forgets what that concerns.
    pub(super) async fn poll(&self) -> Result<(), StoreError> {
        let sent = (self.stopwatch)();
        let known = *self.known();
        let news = self.followed.read(move |tx| news::read(tx, known)).await?;
        self.follow(news);
        self.freshness.confirm(sent);
        Ok(())
    }

    fn follow(&self, news: News) {
        // Held while forgetting, so that of two polls the later number stays.
        let mut known = self.known();
        match news.forget {
            Forget::Users(users) => {
                for user_id in users {
                    self.ledger().forget(user_id, &self.tokens);
                }
                if known.is_none_or(|known| known.number < news.up_to.number) {
                    *known = Some(news.up_to);
                }
            }
            Forget::Everybody => {
                self.ledger().forget_all(&self.tokens);
                *known = Some(news.up_to);
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, Option<HistoryEnd>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
