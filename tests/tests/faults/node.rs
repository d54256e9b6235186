//! A server among others over the same database.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use azuma_tests::deadline::Deadline;
use azuma_tests::fault::Fault;
use azuma_tests::server::{Server, Setup};
use fastrand::Rng;

use super::strike::{Part, Strike};

/// While it is down, a server shows little.
const SHORT: Duration = Duration::from_millis(1_200);

/// A server that is stopped and started.
pub struct Node {
    number: usize,
    /// Taken by whoever stops or starts the server.
    server: Mutex<Server>,
    /// Where it listens; `None` while it does not run.
    address: Mutex<Option<SocketAddr>>,
}

/// How a server is stopped.
#[derive(Clone, Copy, Debug)]
pub enum Stop {
    /// As by `kill -9`.
    Kill,
    /// By SIGTERM.
    Terminate,
}

impl Node {
    /// Starts a server as every run has them.
    pub fn start(number: usize, setup: Setup) -> Arc<Self> {
        let server = setup.start();
        Arc::new(Self {
            number,
            address: Mutex::new(Some(server.address())),
            server: Mutex::new(server),
        })
    }

    /// Where it listens; `None` while it does not run.
    pub fn address(&self) -> Option<SocketAddr> {
        *self.address.lock().expect("no panic")
    }

    /// Its server.
    pub fn server(&self) -> MutexGuard<'_, Server> {
        self.server.lock().expect("no panic")
    }

    /// It is stopped, or suspended.
    pub fn any_strike(self: &Arc<Self>, rng: &mut Rng) -> Strike {
        let node = Arc::clone(self);
        let part = Part::Node(self.number);
        match rng.u8(0..3) {
            0 => Strike::new("kill -9", part, move || node.stopped(Stop::Kill)).lasting(SHORT),
            1 => Strike::new("SIGTERM", part, move || node.stopped(Stop::Terminate)).lasting(SHORT),
            _ => Strike::new("SIGSTOP", part, move || node.suspended()),
        }
    }

    /// It is stopped, and a server of the other release starts in its place, on the same data.
    pub fn replaced_by_the_other_release(self: &Arc<Self>, rng: &mut Rng) -> Strike {
        let node = Arc::clone(self);
        let other = self.server().setup().release().other();
        let stop = match rng.u8(0..3) {
            0 => Stop::Kill,
            _ => Stop::Terminate,
        };
        let what = format!("{stop:?}, and the start of the release: {other:?},");
        Strike::new(what, Part::Node(self.number), move || {
            node.stop(stop);
            node.server().change_setup(|setup| setup.of_release(other));
            Fault::begun(move || node.start_again())
        })
        .lasting(SHORT)
    }

    /// The server is stopped, and started again.
    fn stopped(self: Arc<Self>, stop: Stop) -> Fault {
        self.stop(stop);
        Fault::begun(move || self.start_again())
    }

    fn stop(&self, stop: Stop) {
        *self.address.lock().expect("no panic") = None;
        match stop {
            Stop::Kill => self.server().kill(),
            Stop::Terminate => {
                let runtime = tokio::runtime::Handle::current();
                runtime.block_on(self.server().terminate());
            }
        }
    }

    /// Starts the server, as a supervisor does: again and again while its database is down.
    fn start_again(&self) {
        let mut server = self.server();
        let deadline = Deadline::in_seconds(60);
        while let Err(reason) = server.try_start_again() {
            assert!(!deadline.is_over(), "{reason}");
            deadline.step_blocking();
        }
        *self.address.lock().expect("no panic") = Some(server.address());
    }

    fn suspended(self: Arc<Self>) -> Fault {
        self.server().pause();
        Fault::begun(move || self.server().proceed())
    }
}
