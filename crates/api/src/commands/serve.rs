use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use std::{process, thread};

use actix_web::rt::System;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};

use crate::config::Config;
use crate::health::Probes;
use crate::listener::{PassedSockets, Sockets, Tls};
use crate::metrics::{Logins, MetricsServer, Requests, Sources, Watch};
use crate::server::Instruments;
use crate::service_manager::ServiceManager;
use crate::signals::{Caught, Signals};
use crate::telemetry::Log;
use crate::traces::Traces;
use crate::wiring::Parts;
use crate::workers::{Workers, keep_running};
use crate::{open_files, server, telemetry, wiring};

/// The least time that stopping allows for writing the last uses of sessions.
const LAST_WRITES: Duration = Duration::from_secs(1);

/// How long threads may wait for the database when all else has stopped.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// `azuma serve`: answers requests until SIGTERM, SIGINT or SIGQUIT and for `http.shutdown_delay` after it, then
/// finishes open requests within `http.shutdown_grace`.
pub fn run(config: &Config) -> Result<(), Box<dyn Error>> {
    // Before any thread is started.
    let passed = PassedSockets::take();
    // Before the first log line, which may fail because the log file is at its size limit.
    let signals = Caught::all()?;
    let log = telemetry::start(&config.telemetry)?;
    let signals = signals.obey(log.clone())?;
    open_files::raise_limit(config)?;
    let manager = ServiceManager::of_environment();
    let runtime = super::runtime()?;
    let system = System::with_tokio_rt(|| runtime);
    let served = system.block_on(serve(config, &signals, passed, log, manager));
    // Dropping the runtime waits for the threads that wait for the database, which may be without an end.
    let code = i32::from(served.is_err());
    thread::spawn(move || {
        thread::sleep(LAST_ANSWERS);
        process::exit(code)
    });
    drop(system);
    served
}

async fn serve(
    config: &Config,
    signals: &Signals,
    passed: PassedSockets,
    log: Log,
    manager: ServiceManager,
) -> Result<(), Box<dyn Error>> {
    for (setting, path) in config.open_secret_files() {
        tracing::warn!(setting, path = %path.display(), "every user of this machine can read the file of a secret");
    }
    let tls = Tls::open(&config.http.tls)?;
    let traces = Traces::start(config)?;
    let parts = wiring::assemble(config, traces.as_ref())?;
    if parts.accounts.registration.believe_claims() {
        tracing::warn!(
            "`registration.email_domains` alone keeps nobody out: anybody may claim an address at these domains, unless \
             `registration.require_proved_email` is true"
        );
    }
    // So that the server is ready as soon as it listens.
    parts.health.look().await;
    if let Err(error) = parts.session_cache.poll_first().await {
        tracing::warn!(%error, "the invalidations of other nodes could not be read at start");
    }
    let (stop, stopped) = watch::channel(());
    let workers = Workers::start(&parts, stopped.clone());
    let session_cache = parts.session_cache.clone();
    let in_background = session_cache.clone();
    let background = tokio::spawn(keep_running(
        "the background task of the session cache",
        move || in_background.clone().run(),
    ));
    let (announce, announced) = watch::channel(());
    let probes = Probes::new(Arc::clone(&parts.health), announced);
    let (instruments, metrics) =
        start_metrics(config, &parts, probes.clone(), log, traces.clone())?;
    let Sockets { listening, leaving } = Sockets::open(&config.http, passed)?;
    let server = server::start(
        config,
        parts,
        tls.as_ref(),
        probes,
        instruments,
        listening,
        stopped,
    )?;
    let certificate = tls.map(|tls| {
        tokio::spawn(keep_running(
            "the task that keeps the certificate current",
            move || tls.clone().keep_current(),
        ))
    });
    let handle = server.handle();
    let told = signals.serving();
    let delay = config.http.shutdown_delay;
    // The sockets listen: the kernel keeps connections until they are accepted.
    manager.tell_ready();
    let watched = manager.clone();
    let watchdog = tokio::spawn(keep_running(
        "the task that tells the watchdog",
        move || watched.clone().keep_telling(),
    ));
    let told_to_stop = tokio::spawn(async move {
        // A closed channel stops the server too: no signal could arrive any more.
        let _ = told.await;
        manager.tell_stopping();
        drop(announce);
        sleep(delay).await;
        let told_at = Instant::now();
        leaving.begin(&handle).await;
        drop(stop);
        handle.stop(true).await;
        told_at
    });
    server.await?;
    let deadline = told_to_stop.await? + config.http.shutdown_grace;
    // The server has stopped, so no further uses of sessions arrive.
    let deadline = deadline.max(Instant::now() + LAST_WRITES);
    if timeout_at(deadline, session_cache.write_all_uses())
        .await
        .is_err()
    {
        tracing::error!("the session uses of the last minute could not be written, and are lost");
    }
    background.abort();
    watchdog.abort();
    if let Some(certificate) = certificate {
        certificate.abort();
    }
    workers.finish(deadline).await;
    if let Some(traces) = traces {
        traces.stop().await;
    }
    if let Some(metrics) = metrics {
        metrics.stop().await;
    }
    tracing::info!("stopped");
    Ok(())
}

/// Serves metrics if the configuration says where.
fn start_metrics(
    config: &Config,
    parts: &Parts,
    probes: Probes,
    log: Log,
    traces: Option<Traces>,
) -> Result<(Instruments, Option<MetricsServer>), Box<dyn Error>> {
    let logins = Arc::new(Logins::default());
    let Some(address) = &config.telemetry.metrics_listen else {
        let instruments = Instruments {
            requests: None,
            logins,
            traces,
        };
        return Ok((instruments, None));
    };
    let requests = Arc::new(Requests::default());
    let sources = Sources {
        requests: Arc::clone(&requests),
        logins: Arc::clone(&logins),
        readings: parts.readings.clone(),
        probes,
        watch: Arc::new(Watch::new(Arc::clone(&parts.mailing))),
        log,
    };
    let server = MetricsServer::start(address, sources)?;
    let instruments = Instruments {
        requests: Some(requests),
        logins,
        traces,
    };
    Ok((instruments, Some(server)))
}
