//! What signals ask of the server. A thread of its own hears them, whatever the others are doing.

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

/// What is heard, what it is called, and what it asks for. By default each of them ends a process where it stands.
const HEARD: [(SignalKind, &str, Request); 6] = [
    (SignalKind::terminate(), "SIGTERM", Request::Stop),
    (SignalKind::interrupt(), "SIGINT", Request::Stop),
    (SignalKind::quit(), "SIGQUIT", Request::Stop),
    (SignalKind::hangup(), "SIGHUP", Request::Nothing),
    (SignalKind::user_defined1(), "SIGUSR1", Request::Nothing),
    (SignalKind::user_defined2(), "SIGUSR2", Request::Nothing),
];

#[derive(Clone, Copy)]
enum Request {
    Stop,
    Nothing,
}

/// What the server is at.
enum Phase {
    Starting,
    Serving(oneshot::Sender<()>),
    Stopping,
}

/// The signals that are heard.
pub struct Signals {
    phase: Arc<Mutex<Phase>>,
}

impl Signals {
    /// Hears signals from now on. One that asks a starting server to stop ends the process at once, with success: nothing
    /// has begun. So does a second one while it stops, with a failure: whoever sends it does not want to wait.
    pub fn hear(log: Log) -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let signals = {
            let _entered = runtime.enter();
            // Writing to a file that has reached its limit is an error like others, not the end. Nobody is told: the file
            // may be the log.
            let _ = signal(SignalKind::from_raw(Number::XFSZ.as_raw()))?;
            open()?
        };
        let phase = Arc::new(Mutex::new(Phase::Starting));
        let on_thread = Arc::clone(&phase);
        thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || runtime.block_on(obey(signals, &on_thread, &log)))?;
        Ok(Self { phase })
    }

    /// Says that the server is up. Whoever awaits what this answers stops it in an orderly way when a signal asks for it.
    pub fn serving(&self) -> oneshot::Receiver<()> {
        let (stop, told) = oneshot::channel();
        *lock(&self.phase) = Phase::Serving(stop);
        told
    }
}

fn open() -> io::Result<Vec<(Signal, &'static str, Request)>> {
    HEARD
        .iter()
        .map(|(kind, name, request)| Ok((signal(*kind)?, *name, *request)))
        .collect()
}

async fn obey(mut signals: Vec<(Signal, &'static str, Request)>, phase: &Mutex<Phase>, log: &Log) {
    loop {
        let (name, request) = next(&mut signals).await;
        match request {
            Request::Nothing => {
                tracing::info!("{name} is ignored: settings are read at the start alone");
            }
            Request::Stop => stop(name, phase, log),
        }
    }
}

async fn next(signals: &mut [(Signal, &'static str, Request)]) -> (&'static str, Request) {
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
            tracing::info!("stopped by {name} before the server was up");
            end(log, 0)
        }
        Phase::Serving(stop) => {
            tracing::info!("stopping, as {name} asks; what has begun is finished first");
            // Its receiver goes when the server stops by itself.
            let _ = stop.send(());
        }
        Phase::Stopping => {
            tracing::warn!(
                "ending at once, as another {name} asks; the last minute's uses of sessions may not be written"
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
