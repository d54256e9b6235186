//! The background tasks: they send mail, start recoveries, look at the database, and delete expired
//! rows and old mail. A task that panics is
//! restarted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use azuma_domain::mail::{LeasedMail, UnreadableMail};
use azuma_domain::ports::StoreError;
use azuma_domain::services::{
    Accounts, Backlog, ClockDoubt, Delivery, DiscardedLetters, Health, Housekeeping, Mailing,
    RecoveryProgress,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout_at};

use crate::wiring::Parts;

/// How often the outbox and the recoveries are polled.
const MAIL_EVERY: Duration = Duration::from_millis(500);
/// How many messages are sent at once, so that a slow delivery does not delay the others.
const MOST_AT_ONCE: u32 = 4;
/// How often the database is asked whether it can be worked with.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often expired rows are deleted.
const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// How often mail older than `mail.keep` is deleted.
const DISCARD_EVERY: Duration = Duration::from_hours(1);
/// The pause before a task restarts after a panic.
const BEGIN_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// A leased message to send, or an unreadable one to make a dead letter.
type Leased = Result<LeasedMail, UnreadableMail>;

/// The background tasks. They end once the sender of `stopped` is dropped.
pub struct Workers([JoinHandle<()>; 5]);

impl Workers {
    pub fn start(parts: &Parts, stopped: watch::Receiver<()>) -> Self {
        let places = Arc::new(Semaphore::new(MOST_AT_ONCE as usize));
        let mailing = Arc::clone(&parts.mailing);
        let accounts = Arc::clone(&parts.accounts);
        let sweeper = Arc::clone(&parts.housekeeping);
        let discarder = Arc::clone(&parts.housekeeping);
        let health = Arc::clone(&parts.health);
        let (for_mail, for_recoveries) = (stopped.clone(), stopped.clone());
        let (for_sweeps, for_looks) = (stopped.clone(), stopped.clone());
        Self([
            tokio::spawn(keep_running("the task that sends mail", move || {
                deliver_mail(Arc::clone(&mailing), Arc::clone(&places), for_mail.clone())
            })),
            tokio::spawn(keep_running("the task that starts recoveries", move || {
                begin_recoveries(Arc::clone(&accounts), for_recoveries.clone())
            })),
            tokio::spawn(keep_running(
                "the task that deletes expired rows",
                move || sweep(Arc::clone(&sweeper), for_sweeps.clone()),
            )),
            tokio::spawn(keep_running(
                "the task that looks at the database",
                move || look(Arc::clone(&health), for_looks.clone()),
            )),
            tokio::spawn(keep_running("the task that deletes old mail", move || {
                discard_old_mail(Arc::clone(&discarder), stopped.clone())
            })),
        ])
    }

    /// Waits until the tasks have finished their current work, at most until the deadline.
    pub async fn finish(self, deadline: Instant) {
        for worker in self.0 {
            if timeout_at(deadline, worker).await.is_err() {
                tracing::warn!("a background task did not stop in time");
            }
        }
    }
}

/// Runs a task until it ends by itself, and restarts it after a pause if it panics.
pub async fn keep_running<Task: Future<Output = ()> + Send + 'static>(
    name: &str,
    begin: impl Fn() -> Task,
) {
    loop {
        // A set of one task, because dropping a set aborts its task.
        let mut running = JoinSet::new();
        running.spawn(begin());
        match running.join_next().await {
            Some(Err(error)) if error.is_panic() => {
                tracing::error!("{name} panicked and will be restarted");
                sleep(BEGIN_AGAIN_AFTER).await;
            }
            Some(Ok(()) | Err(_)) | None => return,
        }
    }
}

/// Sends due messages, [`MOST_AT_ONCE`] at a time, until told to stop. A message whose delivery panics releases its
/// permit and is sent again once its lease has expired.
async fn deliver_mail(
    mailing: Arc<Mailing>,
    places: Arc<Semaphore>,
    mut stopped: watch::Receiver<()>,
) {
    while !is_stopped(&stopped) {
        while let Some((mail, place)) = lease(&mailing, &places, &stopped).await {
            tokio::spawn(deliver(Arc::clone(&mailing), mail, place));
        }
        pause(MAIL_EVERY, &mut stopped).await;
    }
    // Holding all permits means that no delivery is running.
    let _ = places.acquire_many(MOST_AT_ONCE).await;
}

/// Turns recovery requests into links and messages until told to stop. A failing request does not delay the others.
async fn begin_recoveries(accounts: Arc<Accounts>, mut stopped: watch::Receiver<()>) {
    while !is_stopped(&stopped) {
        match accounts.begin_recoveries().await {
            Ok(RecoveryProgress::Made) => continue,
            Ok(RecoveryProgress::Rescheduled(recovery, due_at, reason)) => {
                tracing::warn!(%recovery, %due_at, reason, "a recovery failed and will be tried again");
                continue;
            }
            Ok(RecoveryProgress::Abandoned(recovery, reason)) => {
                tracing::error!(%recovery, reason, "a recovery failed until its deadline and is abandoned");
                continue;
            }
            Ok(RecoveryProgress::NoneDue) => {}
            Err(error) => tracing::warn!(%error, "could not poll for recoveries"),
        }
        pause(MAIL_EVERY, &mut stopped).await;
    }
}

/// Leases the next message once a permit is free; `None` if no message is due.
async fn lease(
    mailing: &Mailing,
    places: &Arc<Semaphore>,
    stopped: &watch::Receiver<()>,
) -> Option<(Leased, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    if is_stopped(stopped) {
        return None;
    }
    match mailing.lease_mail().await {
        Ok(mail) => Some((mail?, place)),
        Err(error) => {
            tracing::warn!(%error, "could not poll the outbox");
            None
        }
    }
}

async fn deliver(mailing: Arc<Mailing>, mail: Leased, _place: OwnedSemaphorePermit) {
    let lease = match &mail {
        Ok(mail) => mail.lease,
        Err(unreadable) => unreadable.lease,
    };
    let delivery = mailing.send_mail(mail).await;
    match &delivery {
        Delivery::Done => {}
        Delivery::Rescheduled(_, reason) => {
            tracing::warn!(mail = %lease.id, reason, "a message could not be sent and will be tried again");
        }
        Delivery::DeadLettered(reason) => {
            tracing::error!(mail = %lease.id, reason, "a message cannot be sent and is now a dead letter");
        }
    }
    // A message that was sent but not settled is sent again.
    while let Err(error) = mailing.settle_mail(lease, &delivery).await {
        tracing::warn!(%error, mail = %lease.id, "the outcome of sending a message could not be stored");
        if !mailing.holds(lease) {
            return;
        }
        sleep(MAIL_EVERY).await;
    }
}

/// Keeps what is known of the database current until told to stop.
async fn look(health: Arc<Health>, mut stopped: watch::Receiver<()>) {
    while !is_stopped(&stopped) {
        health.look().await;
        pause(LOOK_EVERY, &mut stopped).await;
    }
}

/// Deletes expired rows in batches until told to stop.
async fn sweep(housekeeping: Arc<Housekeeping>, stopped: watch::Receiver<()>) {
    let failure = "expired rows could not be deleted";
    let apart = AtomicBool::new(false);
    repeat(SWEEP_EVERY, failure, stopped, || async {
        let swept = housekeeping.sweep().await?;
        tell_doubt(swept.doubt, &apart);
        Ok(swept.backlog)
    })
    .await;
}

/// Logs why expired rows are kept. A difference between the clocks is logged once until they agree again.
fn tell_doubt(doubt: Option<ClockDoubt>, apart: &AtomicBool) {
    let is_apart = doubt == Some(ClockDoubt::Apart);
    let was_apart = apart.swap(is_apart, Ordering::Relaxed);
    match doubt {
        Some(ClockDoubt::Set) => tracing::warn!(
            "this machine's clock was set, or jumped; expired sessions, links and accounts stay in the database until \
             the clock has run evenly for an hour"
        ),
        Some(ClockDoubt::Apart) if !was_apart => tracing::warn!(
            "this machine's clock and the database's are more than a minute apart; expired sessions, links and \
             accounts stay in the database until the two agree"
        ),
        Some(ClockDoubt::Apart | ClockDoubt::Young) | None => {}
    }
}

/// Deletes mail older than `mail.keep` until told to stop.
async fn discard_old_mail(housekeeping: Arc<Housekeeping>, mut stopped: watch::Receiver<()>) {
    while !is_stopped(&stopped) {
        match housekeeping.discard_mail_files().await {
            Ok(0) => {}
            Ok(files) => tracing::info!(files, "messages older than `mail.keep` were deleted"),
            Err(error) => tracing::warn!(%error, "could not delete old messages"),
        }
        match housekeeping.discard_dead_letters().await {
            Ok(DiscardedLetters { count: 0, .. }) => {}
            Ok(DiscardedLetters { count, backlog }) => {
                tracing::info!(
                    letters = count,
                    "dead letters older than `mail.keep` were deleted"
                );
                if backlog == Backlog::Left {
                    continue;
                }
            }
            Err(error) => tracing::warn!(%error, "could not delete old dead letters"),
        }
        pause(DISCARD_EVERY, &mut stopped).await;
    }
}

/// Repeats a task until told to stop, with a pause whenever the task failed or had nothing left to do.
async fn repeat<Done: Future<Output = Result<Backlog, StoreError>>>(
    every: Duration,
    failure: &str,
    mut stopped: watch::Receiver<()>,
    task: impl Fn() -> Done,
) {
    while !is_stopped(&stopped) {
        match task().await {
            Ok(Backlog::Left) => continue,
            Ok(Backlog::Empty) => {}
            Err(error) => tracing::warn!(%error, "{failure}"),
        }
        pause(every, &mut stopped).await;
    }
}

/// No value is ever sent on this channel; the sender is dropped when the server is told to stop.
fn is_stopped(stopped: &watch::Receiver<()>) -> bool {
    stopped.has_changed().is_err()
}

async fn pause(span: Duration, stopped: &mut watch::Receiver<()>) {
    tokio::select! {
        _ = stopped.changed() => {}
        () = sleep(span) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_task_that_panics_begins_again_and_one_that_ends_does_not() {
        let begun = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&begun);
        keep_running("counting", move || {
            let number = count.fetch_add(1, Ordering::Relaxed);
            async move { assert!(number > 0, "the first one panics") }
        })
        .await;
        assert_eq!(begun.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_task_ends_with_whoever_keeps_it_running() {
        let held = Arc::new(());
        let inside = Arc::clone(&held);
        let keeper = tokio::spawn(keep_running("waiting", move || {
            let inside = Arc::clone(&inside);
            async move {
                std::future::pending::<()>().await;
                drop(inside);
            }
        }));
        tokio::task::yield_now().await;
        keeper.abort();
        assert!(keeper.await.is_err_and(|error| error.is_cancelled()));
        while Arc::strong_count(&held) > 1 {
            tokio::task::yield_now().await;
        }
    }
}
