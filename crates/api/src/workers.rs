//! What goes on beside the requests: mail goes out, recoveries begin, what has expired is deleted. A task that panics
//! begins again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use azuma_domain::mail::{LeasedMail, UnreadableMail};
use azuma_domain::ports::StoreError;
use azuma_domain::services::{
    Accounts, Backlog, ClockDoubt, Delivery, DiscardedLetters, Housekeeping, Mailing,
    RecoveryProgress,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout_at};

use crate::wiring::Parts;

/// How often the outbox and the recoveries are looked at.
const MAIL_EVERY: Duration = Duration::from_millis(500);
/// How many messages are sent at once, so that one the mail server takes long for does not hold up the others.
const MOST_AT_ONCE: u32 = 4;
/// How often what has expired is deleted.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// How often mail is deleted that was kept for long enough.
const DISCARD_EVERY: Duration = Duration::from_secs(60 * 60);
/// How long after a panic a task begins again.
const BEGIN_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// A message to send, or to dead_letter.
type Leased = Result<LeasedMail, UnreadableMail>;

/// The background tasks. They end by themselves when the other end of `stopped` is dropped.
pub struct Workers([JoinHandle<()>; 4]);

impl Workers {
    pub fn start(parts: &Parts, stopped: watch::Receiver<()>) -> Self {
        let places = Arc::new(Semaphore::new(MOST_AT_ONCE as usize));
        let mailing = Arc::clone(&parts.mailing);
        let accounts = Arc::clone(&parts.accounts);
        let sweeper = Arc::clone(&parts.housekeeping);
        let discarder = Arc::clone(&parts.housekeeping);
        let (for_mail, for_recoveries, for_sweeps) =
            (stopped.clone(), stopped.clone(), stopped.clone());
        Self([
            tokio::spawn(keep_running("sending mail", move || {
                deliver_mail(Arc::clone(&mailing), Arc::clone(&places), for_mail.clone())
            })),
            tokio::spawn(keep_running("beginning recoveries", move || {
                begin_recoveries(Arc::clone(&accounts), for_recoveries.clone())
            })),
            tokio::spawn(keep_running("deleting what has expired", move || {
                sweep(Arc::clone(&sweeper), for_sweeps.clone())
            })),
            tokio::spawn(keep_running("deleting old mail", move || {
                discard_old_mail(Arc::clone(&discarder), stopped.clone())
            })),
        ])
    }

    /// Lets them finish what they are at, until the deadline.
    pub async fn finish(self, deadline: Instant) {
        for worker in self.0 {
            if timeout_at(deadline, worker).await.is_err() {
                tracing::warn!("a background task did not stop in time");
            }
        }
    }
}

/// Runs a task until it ends by itself. One that panics begins again, after a pause.
pub async fn keep_running<Task: Future<Output = ()> + Send + 'static>(
    name: &str,
    begin: impl Fn() -> Task,
) {
    loop {
        // A set of one, which is aborted when it is dropped.
        let mut running = JoinSet::new();
        running.spawn(begin());
        match running.join_next().await {
            Some(Err(error)) if error.is_panic() => {
                tracing::error!("{name} panicked, and begins again");
                sleep(BEGIN_AGAIN_AFTER).await;
            }
            Some(Ok(()) | Err(_)) | None => return,
        }
    }
}

/// Sends what is due, some messages at a time, until told to stop. One whose sending panics gives its place back, and is
/// sent again when its lease has run out.
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
    // With all places free, nothing is being sent.
    let _ = places.acquire_many(MOST_AT_ONCE).await;
}

/// Turns requests into links and messages until told to stop. One that cannot be worked on holds up no other.
async fn begin_recoveries(accounts: Arc<Accounts>, mut stopped: watch::Receiver<()>) {
    while !is_stopped(&stopped) {
        match accounts.begin_recoveries().await {
            Ok(RecoveryProgress::Made) => continue,
            Ok(RecoveryProgress::Rescheduled(recovery, due_at, reason)) => {
                tracing::warn!(%recovery, %due_at, reason, "a recovery could not be worked on, and will be tried again");
                continue;
            }
            Ok(RecoveryProgress::GivenUp(recovery, reason)) => {
                tracing::error!(%recovery, reason, "a recovery could not be worked on in time, and is given up");
                continue;
            }
            Ok(RecoveryProgress::NoneDue) => {}
            Err(error) => tracing::warn!(%error, "recoveries could not be looked for"),
        }
        pause(MAIL_EVERY, &mut stopped).await;
    }
}

/// The next message, once there is a place to send it from; `None` where none is due.
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
            tracing::warn!(%error, "the outbox could not be worked on");
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
        Delivery::Done(_) => {}
        Delivery::Rescheduled(mail, _, reason) => {
            tracing::warn!(%mail, reason, "a message could not be sent, and will be tried again");
        }
        Delivery::DeadLettered(mail, reason) => {
            tracing::error!(%mail, reason, "a message cannot be sent, and is kept as a dead letter");
        }
    }
    // What was sent and is not written off is sent again.
    while let Err(error) = mailing.settle_mail(lease, &delivery).await {
        tracing::warn!(%error, mail = %lease.id, "what came of a message could not be written");
        if !mailing.holds(lease) {
            return;
        }
        sleep(MAIL_EVERY).await;
    }
}

/// Deletes what has expired, some of it at a time, until told to stop.
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

/// Says why what has expired is kept; of clocks that are apart, once until they agree.
fn tell_doubt(doubt: Option<ClockDoubt>, apart: &AtomicBool) {
    let is_apart = doubt == Some(ClockDoubt::Apart);
    let was_apart = apart.swap(is_apart, Ordering::Relaxed);
    match doubt {
        Some(ClockDoubt::Set) => tracing::warn!(
            "this machine's clock was set, or jumped; expired sessions, links and accounts stay in the database until \
             the clock has gone evenly for an hour"
        ),
        Some(ClockDoubt::Apart) if !was_apart => tracing::warn!(
            "this machine's clock and the database's are more than a minute apart; expired sessions, links and accounts \
             stay in the database until the two agree"
        ),
        Some(ClockDoubt::Apart | ClockDoubt::Young) | None => {}
    }
}

/// Deletes mail that was kept for long enough until told to stop.
async fn discard_old_mail(housekeeping: Arc<Housekeeping>, mut stopped: watch::Receiver<()>) {
    while !is_stopped(&stopped) {
        match housekeeping.discard_mail_files().await {
            Ok(0) => {}
            Ok(files) => tracing::info!(files, "messages older than `mail.keep` were deleted"),
            Err(error) => tracing::warn!(%error, "old messages could not be deleted"),
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
            Err(error) => tracing::warn!(%error, "old dead letters could not be deleted"),
        }
        pause(DISCARD_EVERY, &mut stopped).await;
    }
}

/// Does a task again and again until told to stop, with a pause whenever nothing is left to do or it failed.
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

/// Nothing is ever sent over the channel; its sender goes when the server is told to stop.
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
