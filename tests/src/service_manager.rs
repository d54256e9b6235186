//! A service manager that a server tells what it does, as systemd is told by `Type=notify`.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::PathBuf;
use std::time::Duration;

use crate::deadline::Deadline;
use crate::scratch;

/// It listens on a socket of its own.
#[derive(Debug)]
pub struct ServiceManager {
    socket: UnixDatagram,
    place: String,
}

impl ServiceManager {
    /// One that listens on a file.
    pub fn on_a_file() -> Self {
        let path: PathBuf = scratch::fresh_directory("notify").join("socket");
        let socket = UnixDatagram::bind(&path).expect("a new socket");
        Self::of(socket, path.display().to_string())
    }

    /// One that listens on an abstract name.
    pub fn on_a_name() -> Self {
        let name = scratch::fresh_directory("notify").display().to_string();
        let address = SocketAddr::from_abstract_name(&name).expect("a short name");
        let socket = UnixDatagram::bind_addr(&address).expect("a new name");
        Self::of(socket, format!("@{name}"))
    }

    fn of(socket: UnixDatagram, place: String) -> Self {
        socket.set_nonblocking(true).expect("a socket");
        Self { socket, place }
    }

    /// The variables that a process needs in its environment, where it shall be heard of in each such time.
    pub fn environment(&self, watchdog: Duration) -> [(&'static str, String); 2] {
        [
            ("NOTIFY_SOCKET", self.place.clone()),
            ("WATCHDOG_USEC", watchdog.as_micros().to_string()),
        ]
    }

    /// The next thing that it is told; `None` if there is nothing yet.
    pub fn heard(&self) -> Option<String> {
        let mut buffer = [0; 4096];
        let length = self.socket.recv(&mut buffer).ok()?;
        Some(String::from_utf8_lossy(&buffer[..length]).into_owned())
    }

    /// Waits until it is told this.
    pub async fn hears(&self, what: &str) {
        let deadline = Deadline::in_seconds(30);
        loop {
            match self.heard() {
                Some(told) if told.lines().any(|line| line == what) => return,
                Some(_) => {}
                None => deadline.step().await,
            }
            assert!(!deadline.is_over(), "{what} was not told");
        }
    }
}
