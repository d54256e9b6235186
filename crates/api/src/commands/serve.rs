use std::error::Error;
use std::time::Duration;

use actix_web::rt::System;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use crate::config::Config;
use crate::signals::Signals;
use crate::workers::{Workers, keep_running};
use crate::{open_files, server, telemetry, wiring};

/// The least time for the last uses of sessions to be written in.
const LAST_WRITES: Duration = Duration::from_secs(1);

/// `azuma serve`: answers requests until SIGTERM, SIGINT or SIGQUIT, and finishes what it began within
/// `http.shutdown_grace`.
pub fn run(config: &Config) -> Result<(), Box<dyn Error>> {
    let log = telemetry::start(&config.telemetry)?;
    // Before the first line is logged: the log may be a file at its limit.
    let signals = Signals::hear(log.clone())?;
    open_files::raise_limit(config)?;
    let runtime = super::runtime()?;
    System::with_tokio_rt(|| runtime).block_on(serve(config, &signals))
}

async fn serve(config: &Config, signals: &Signals) -> Result<(), Box<dyn Error>> {
    let parts = wiring::assemble(config)?;
    let (stop, stopped) = watch::channel(());
    let workers = Workers::start(&parts, stopped.clone());
    let session_cache = parts.session_cache.clone();
    let in_background = session_cache.clone();
    let background = tokio::spawn(keep_running(
        "the background of the session cache",
        move || in_background.clone().run(),
    ));
    let server = server::start(config, parts, stopped)?;
    let handle = server.handle();
    let told = signals.serving();
    let told_to_stop = tokio::spawn(async move {
        // With nobody left who could tell, it is time as well.
        let _ = told.await;
        let told_at = Instant::now();
        drop(stop);
        handle.stop(true).await;
        told_at
    });
    server.await?;
    let deadline = told_to_stop.await? + config.http.shutdown_grace;
    // No more requests come, so no more uses of sessions.
    let deadline = deadline.max(Instant::now() + LAST_WRITES);
    if timeout_at(deadline, session_cache.write_all_uses())
        .await
        .is_err()
    {
        tracing::error!("the last minute's uses of sessions are not written");
    }
    background.abort();
    workers.finish(deadline).await;
    tracing::info!("stopped");
    Ok(())
}
