//! What goes on beside the requests: mail goes out, recoveries begin, what has expired is deleted.

use std::sync::Arc;
use std::time::Duration;

use azuma_domain::mail::{LeasedMail, UnreadableMail};
use azuma_domain::ports::StoreError;
use azuma_domain::services::{Backlog, Delivery, RecoveryProgress, Services};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout_at};

/// How often the outbox and the recoveries are looked at.
const MAIL_EVERY: Duration = Duration::from_millis(500);
/// How many messages are sent at once, so that one the mail server takes long for does not hold up the others.
const MOST_AT_ONCE: u32 = 4;
/// How often what has expired is deleted.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// A message to send, or to bury.
type Leased = Result<LeasedMail, UnreadableMail>;

/// The background tasks. They end by themselves when the other end of `stopped` is dropped.
pub struct Workers([JoinHandle<()>; 3]);

impl Workers {
    pub fn start(services: &Arc<Services>, stopped: watch::Receiver<()>) -> Self {
        Self([
            tokio::spawn(deliver_mail(Arc::clone(services), stopped.clone())),
            tokio::spawn(begin_recoveries(Arc::clone(services), stopped.clone())),
            tokio::spawn(sweep(Arc::clone(services), stopped)),
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

/// Sends what is due, some messages at a time, until told to stop.
async fn deliver_mail(services: Arc<Services>, mut stopped: watch::Receiver<()>) {
    let places = Arc::new(Semaphore::new(MOST_AT_ONCE as usize));
    while !is_stopped(&stopped) {
        while let Some((mail, place)) = lease(&services, &places, &stopped).await {
            tokio::spawn(deliver(Arc::clone(&services), mail, place));
        }
        pause(MAIL_EVERY, &mut stopped).await;
    }
    // With all places free, nothing is being sent.
    let _ = places.acquire_many(MOST_AT_ONCE).await;
}

/// Turns requests into links and messages until told to stop. One that cannot be worked on holds up no other.
async fn begin_recoveries(services: Arc<Services>, mut stopped: watch::Receiver<()>) {
    while !is_stopped(&stopped) {
        match services.begin_recoveries().await {
            Ok(RecoveryProgress::Made) => continue,
            Ok(RecoveryProgress::PutAside(recovery, due_at, reason)) => {
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
    services: &Services,
    places: &Arc<Semaphore>,
    stopped: &watch::Receiver<()>,
) -> Option<(Leased, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    if is_stopped(stopped) {
        return None;
    }
    match services.lease_mail().await {
        Ok(mail) => Some((mail?, place)),
        Err(error) => {
            tracing::warn!(%error, "the outbox could not be worked on");
            None
        }
    }
}

async fn deliver(services: Arc<Services>, mail: Leased, _place: OwnedSemaphorePermit) {
    let lease = match &mail {
        Ok(mail) => mail.lease,
        Err(unreadable) => unreadable.lease,
    };
    let delivery = services.send_mail(mail).await;
    match &delivery {
        Delivery::Done(_) => {}
        Delivery::Postponed(mail, _, reason) => {
            tracing::warn!(%mail, reason, "a message could not be sent, and will be tried again");
        }
        Delivery::Buried(mail, reason) => {
            tracing::error!(%mail, reason, "a message cannot be sent, and is kept as a dead letter");
        }
    }
    // What was sent and is not written off is sent again.
    while let Err(error) = services.settle_mail(lease, &delivery).await {
        tracing::warn!(%error, mail = %lease.id, "what came of a message could not be written");
        if !services.holds(lease) {
            return;
        }
        sleep(MAIL_EVERY).await;
    }
}

/// Deletes what has expired, some of it at a time, until told to stop.
async fn sweep(services: Arc<Services>, stopped: watch::Receiver<()>) {
    let failure = "expired rows could not be deleted";
    repeat(SWEEP_EVERY, failure, stopped, || services.sweep()).await;
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
