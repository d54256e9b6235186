//! Signals. A dedicated thread handles them, so they work while all other threads are busy.

use std::future::poll_fn;
use std::io;
use std::mem::replace;
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::thread;

use rustix::process::Signal as Number;
use tokio::runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use crate::telemetry::Log;

/// Each handled signal, its name and its effect. By default each of them would kill the process at once.
const HEARD: [(SignalKind, &str, Request); 6] = [
    (SignalKind::terminate(), "SIGTERM", Request::Stop),
    (SignalKind::interrupt(), "SIGINT", Request::Stop),
    (SignalKind::quit(), "SIGQUIT", Request::Stop),
    (SignalKind::hangup(), "SIGHUP", Request::Certificate),
    (SignalKind::user_defined1(), "SIGUSR1", Request::Nothing),
    (SignalKind::user_defined2(), "SIGUSR2", Request::Nothing),
];

#[derive(Clone, Copy)]
enum Request {
    Stop,
    /// The task that follows the files of `http.tls` hears this signal itself.
    Certificate,
    Nothing,
}

/// What the server is doing.
enum Phase {
    Starting,
    Serving(oneshot::Sender<()>),
    Stopping,
}

/// One of [`HEARD`] as it comes.
type Heard = (Signal, &'static str, Request);

/// The signals of a process that they do not kill. Nobody obeys them yet.
pub struct Caught {
    runtime: runtime::Runtime,
    signals: Vec<Heard>,
}

impl Caught {
    /// Catches the signals from now on.
    pub fn all() -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let signals = {
            let _entered = runtime.enter();
            // SIGXFSZ: writing beyond the file size limit then fails with an error and does not kill the process. It is
            // not logged, because the file may be the log.
            let _ = signal(SignalKind::from_raw(Number::XFSZ.as_raw()))?;
            open()?
        };
        Ok(Self { runtime, signals })
    }

    /// Obeys the signals that have come and those that will. A stop signal during the start exits at once with status 0, because no
    /// request has begun. A second stop signal while the server is stopping exits at once with status 1.
    pub fn obey(self, log: Log) -> io::Result<Signals> {
        let Self { runtime, signals } = self;
        let phase = Arc::new(Mutex::new(Phase::Starting));
        let on_thread = Arc::clone(&phase);
        thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || runtime.block_on(obey(signals, &on_thread, &log)))?;
        Ok(Signals { phase })
    }
}

/// Handle of the signal thread.
pub struct Signals {
    phase: Arc<Mutex<Phase>>,
}

impl Signals {
    /// Records that the server is up. The returned receiver completes at the first stop signal.
    pub fn serving(&self) -> oneshot::Receiver<()> {
        let (stop, told) = oneshot::channel();
        *lock(&self.phase) = Phase::Serving(stop);
        told
    }
}

fn open() -> io::Result<Vec<Heard>> {
    HEARD
        .iter()
        .map(|(kind, name, request)| Ok((signal(*kind)?, *name, *request)))
        .collect()
}

async fn obey(mut signals: Vec<Heard>, phase: &Mutex<Phase>, log: &Log) {
    loop {
        let (name, request) = next(&mut signals).await;
        match request {
            Request::Nothing => {
                tracing::info!("{name} is ignored: settings are read only at start");
            }
            Request::Certificate => tracing::info!(
                "{name}: the files of `http.tls`, if set, are read again; other settings are read only at start"
            ),
            Request::Stop => stop(name, phase, log),
        }
    }
}

async fn next(signals: &mut [Heard]) -> (&'static str, Request) {
    poll_fn(|context| {
        for (signal, name, request) in &mut *signals {
            if signal.poll_recv(context).is_ready() {
                return Poll::Ready((*name, *request));
            }
        }
        Poll::Pending
    })
    .await
}

fn stop(name: &str, phase: &Mutex<Phase>, log: &Log) {
    let before = replace(&mut *lock(phase), Phase::Stopping);
    match before {
        Phase::Starting => {
            tracing::info!("{name} stopped the server before it was up");
            end(log, 0)
        }
        Phase::Serving(stop) => {
            tracing::info!("{name}: stopping after open requests have finished");
            // Fails only if the server has stopped by itself.
            let _ = stop.send(());
        }
        Phase::Stopping => {
            tracing::warn!(
                "second {name}: exiting at once; the session uses of the last minute may be lost"
            );
            end(log, 1)
        }
    }
}

fn end(log: &Log, status: i32) -> ! {
    log.finish();
    process::exit(status)
}

fn lock(phase: &Mutex<Phase>) -> MutexGuard<'_, Phase> {
    phase.lock().unwrap_or_else(PoisonError::into_inner)
}
