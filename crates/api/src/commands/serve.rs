use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use azuma_domain::services::{Delivery, Services, Swept};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout_at};

use crate::config::Config;
use crate::{server, telemetry, wiring};

/// How often the outbox is looked at.
const MAIL_EVERY: Duration = Duration::from_millis(500);
/// How often what has expired is deleted.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// The least time for the last uses of sessions to be written in.
const LAST_WRITES: Duration = Duration::from_secs(1);

/// `azuma serve`: answers requests until SIGTERM or SIGINT, and finishes what it began within
/// `http.shutdown_grace`.
pub fn run(config: &Config) -> Result<(), Box<dyn Error>> {
    telemetry::start(&config.telemetry)?;
    actix_web::rt::System::new().block_on(serve(config))
}

async fn serve(config: &Config) -> Result<(), Box<dyn Error>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let parts = wiring::assemble(config)?;
    let (stop, stopped) = watch::channel(());
    let workers = [
        tokio::spawn(deliver_mail(Arc::clone(&parts.services), stopped.clone())),
        tokio::spawn(sweep(Arc::clone(&parts.services), stopped)),
    ];
    let session_cache = parts.session_cache.clone();
    let upkeep = tokio::spawn(session_cache.clone().run());
    let end_of_upkeep = upkeep.abort_handle();
    let server = server::start(config, parts)?;
    let handle = server.handle();
    let told_to_stop = tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            // Without it every check asks the database, and uses pile up unwritten.
            _ = upkeep => tracing::error!("stopping: the session cache is kept up no more"),
        }
        let told_at = Instant::now();
        drop(stop);
        handle.stop(true).await;
        told_at
    });
    server.await?;
    let deadline = told_to_stop.await? + config.http.shutdown_grace;
    // No more requests come, so no more uses of sessions.
    let deadline = deadline.max(Instant::now() + LAST_WRITES);
    if timeout_at(deadline, session_cache.write_all())
        .await
        .is_err()
    {
        tracing::error!("the last minute's uses of sessions are not written");
    }
    end_of_upkeep.abort();
    finish(workers, deadline).await;
    tracing::info!("stopped");
    Ok(())
}

/// Sends what is due, a message at a time, until told to stop.
async fn deliver_mail(services: Arc<Services>, mut stopped: watch::Receiver<()>) {
    while !is_stopped(&stopped) {
        match services.deliver_next_mail().await {
            Ok(Delivery::Done(_)) => continue,
            Ok(Delivery::Postponed(mail, reason)) => {
                tracing::warn!(%mail, reason, "a message could not be sent, and will be tried again");
                continue;
            }
            Ok(Delivery::Buried(mail, reason)) => {
                tracing::error!(%mail, reason, "a message cannot be sent, and is kept as a dead letter");
                continue;
            }
            Ok(Delivery::NoneDue) => {}
            Err(error) => tracing::warn!(%error, "the outbox could not be worked on"),
        }
        pause(MAIL_EVERY, &mut stopped).await;
    }
}

/// Deletes what has expired, some of it at a time, until told to stop.
async fn sweep(services: Arc<Services>, mut stopped: watch::Receiver<()>) {
    while !is_stopped(&stopped) {
        match services.sweep().await {
            Ok(Swept::Some) => continue,
            Ok(Swept::All) => {}
            Err(error) => tracing::warn!(%error, "expired rows could not be deleted"),
        }
        pause(SWEEP_EVERY, &mut stopped).await;
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

/// Lets the workers finish what they are at, until the deadline that holds for the requests too.
async fn finish(workers: [JoinHandle<()>; 2], deadline: Instant) {
    for worker in workers {
        if timeout_at(deadline, worker).await.is_err() {
            tracing::warn!("a background task did not stop in time");
        }
    }
}
