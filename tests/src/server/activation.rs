//! Starts a server as systemd does for a socket unit: when the first connection comes, with sockets that outlive it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use crate::deadline::Deadline;

/// Makes the socket on standard input the first one that was passed, as systemd numbers them.
const PASS_STDIN: &str =
    "exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=azuma.socket exec \"$@\"";

/// Where somebody listens.
#[derive(Clone, Debug)]
pub enum Place {
    /// At an address.
    Tcp(SocketAddr),
    /// On a unix socket.
    Unix(PathBuf),
}

impl Place {
    fn connect(&self) -> io::Result<()> {
        match self {
            Self::Tcp(address) => TcpStream::connect(address).map(drop),
            Self::Unix(path) => UnixStream::connect(path).map(drop),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => path.display().fmt(f),
        }
    }
}

/// `systemd-socket-activate` before a server.
#[derive(Clone, Debug)]
pub struct Activation {
    options: Vec<String>,
    knock_at: Option<Place>,
    passed: Option<Arc<OwnedFd>>,
}

impl Activation {
    /// Listens at these places until the first connection to the first one comes. Nobody keeps the sockets after the
    /// server.
    pub fn at(places: &[Place]) -> Self {
        let listen = |place: &Place| ["-l".to_owned(), place.to_string()];
        Self {
            options: places.iter().flat_map(listen).collect(),
            knock_at: places.first().cloned(),
            passed: None,
        }
    }

    /// Passes datagram sockets, which no HTTP server can use.
    #[must_use]
    pub fn for_datagrams(mut self) -> Self {
        self.options.insert(0, "-d".to_owned());
        self.knock_at = None;
        self
    }

    /// Passes a socket that listens at this place. It stays open for as long as this lives.
    pub fn with(listener: OwnedFd, place: Place) -> Self {
        Self {
            options: Vec::new(),
            knock_at: Some(place),
            passed: Some(Arc::new(listener)),
        }
    }

    /// A command that executes the one after it once a connection has come.
    pub(super) fn words(&self, environment: &BTreeMap<String, String>) -> Vec<OsString> {
        let pass = self
            .passed
            .iter()
            .flat_map(|_| ["sh", "-c", PASS_STDIN, "sh"]);
        let set = environment
            .iter()
            .flat_map(|(name, value)| ["-E".to_owned(), format!("{name}={value}")]);
        pass.map(str::to_owned)
            .chain(["systemd-socket-activate".to_owned()])
            .chain(self.options.iter().cloned())
            .chain(set)
            .map(OsString::from)
            .collect()
    }

    pub(super) fn stdin(&self) -> Stdio {
        self.passed.as_ref().map_or_else(Stdio::null, |listener| {
            Stdio::from(listener.try_clone().expect("another file descriptor"))
        })
    }

    /// Makes the first connection.
    pub(super) fn knock(&self) {
        let Some(place) = &self.knock_at else {
            return;
        };
        let deadline = Deadline::in_seconds(30);
        while let Err(error) = place.connect() {
            assert!(!deadline.is_over(), "nobody listens at {place}: {error}");
            deadline.step_blocking();
        }
    }
}
