//! What the service manager is told: systemd's protocol of `Type=notify` (`sd_notify(3)`).

use std::env;
use std::ffi::OsString;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::process;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

/// Where systemd listens.
const SOCKET: &str = "NOTIFY_SOCKET";
/// How often systemd wants to hear of the server, in microseconds.
const WATCHDOG: &str = "WATCHDOG_USEC";
/// Which process is to say so; any, if it is not set.
const WATCHED: &str = "WATCHDOG_PID";

/// The service manager that started the server, if it listens.
#[derive(Clone, Debug, Default)]
pub struct ServiceManager {
    socket: Option<Arc<UnixDatagram>>,
    watchdog: Option<Duration>,
}

impl ServiceManager {
    /// Reads from the environment where it listens. What cannot be used is logged, and the server goes on without: it
    /// is the service manager that then takes the start for failed.
    pub fn of_environment() -> Self {
        let Some(place) = env::var_os(SOCKET).filter(|place| !place.is_empty()) else {
            return Self::default();
        };
        match connect(&place) {
            Ok(socket) => Self {
                socket: Some(Arc::new(socket)),
                watchdog: watchdog(),
            },
            Err(error) => {
                tracing::warn!(%error, "{SOCKET} names no socket that can be used; the service manager is told nothing");
                Self::default()
            }
        }
    }

    /// The server answers requests.
    pub fn tell_ready(&self) {
        self.tell("READY=1\nSTATUS=answering requests");
    }

    /// The server was told to stop, and finishes what it has begun.
    pub fn tell_stopping(&self) {
        self.tell("STOPPING=1\nSTATUS=finishing open requests");
    }

    /// Says that the server lives, twice in each interval of the watchdog, for as long as this is polled. Returns at
    /// once if there is no watchdog.
    pub async fn keep_telling(self) {
        let Some(watchdog) = self.watchdog else {
            return;
        };
        let mut ticks = interval(watchdog / 2);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.tell("WATCHDOG=1");
        }
    }

    /// Never waits: a service manager that does not read is told nothing.
    fn tell(&self, what: &str) {
        if let Some(socket) = &self.socket
            && let Err(error) = socket.send(what.as_bytes())
        {
            tracing::warn!(%error, "the service manager cannot be told");
        }
    }
}

/// A name that begins with `@` is none of a file, but of the kernel's abstract names.
fn connect(place: &OsString) -> std::io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    match place.as_bytes().strip_prefix(b"@") {
        Some(name) => socket.connect_addr(&SocketAddr::from_abstract_name(name)?)?,
        None => socket.connect(place)?,
    }
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn watchdog() -> Option<Duration> {
    let number = |name| env::var(name).ok()?.parse::<u64>().ok();
    let watched = number(WATCHED).is_none_or(|watched| watched == u64::from(process::id()));
    let span = number(WATCHDOG).filter(|micros| *micros > 0)?;
    watched.then(|| Duration::from_micros(span))
}
