//! The processes of the servers under test.

mod azuma;
mod cpu_time;
mod limit;
mod memory;
mod open_files;

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use azuma_tests::process::{self, Signal};
use azuma_tests::server::variable;

pub use azuma::{azuma, create_service, migrate};
pub use limit::limit;
pub use open_files::raise_open_files;

use crate::Outcome;
use crate::load::{ask, get};

/// How long a server may take to answer for the first time.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long to wait between two attempts.
const STEP: Duration = Duration::from_micros(200);

/// How to start a server.
#[derive(Debug)]
pub struct Launch {
    command: Command,
    address: SocketAddr,
    path: &'static str,
    log: PathBuf,
}

/// A running server. It is killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: SocketAddr,
}

impl Launch {
    /// Sets a key of the configuration.
    pub fn set(mut self, key: &str, value: &str) -> Self {
        self.command.env(variable(key), value);
        self
    }

    /// Starts the server and waits until it answers 200.
    pub fn start(self) -> Outcome<Server> {
        Ok(self.start_timed()?.0)
    }

    /// Starts the server and answers as well how long that took.
    pub fn start_timed(self) -> Outcome<(Server, Duration)> {
        let request = get(self.path, None);
        self.start_until(|address| {
            ask(address, &request, PATIENCE).is_ok_and(|status| status == 200)
        })
    }

    /// Starts a server that speaks TLS and waits until it listens.
    pub fn start_tls(self) -> Outcome<Server> {
        let listens = |address| TcpStream::connect(address).is_ok();
        Ok(self.start_until(listens)?.0)
    }

    fn start_until(mut self, is_up: impl Fn(SocketAddr) -> bool) -> Outcome<(Server, Duration)> {
        let log = File::create(&self.log)?;
        self.command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let begun = Instant::now();
        let mut server = Server {
            child: process::spawn(self.command, Signal::Kill)?,
            address: self.address,
        };
        while !is_up(self.address) {
            let ended = server.child.try_wait()?.is_some();
            if ended || begun.elapsed() > PATIENCE {
                let said = fs::read_to_string(&self.log)?;
                return Err(format!("a server does not start:\n{said}").into());
            }
            thread::sleep(STEP);
        }
        Ok((server, begun.elapsed()))
    }
}

impl Server {
    /// The address that it listens at.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address nobody listens at.
fn free_address() -> Outcome<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
