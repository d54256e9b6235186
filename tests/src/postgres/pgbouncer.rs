//! A PgBouncer in front of a cluster.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::Mutex;

use super::{Cluster, INSTALLATION, lock};
use crate::addresses::own_address;
use crate::deadline::Deadline;
use crate::process::{self, Signal};
use crate::scratch;

/// When a client's connection to the server is given to other clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolMode {
    /// When the client leaves.
    Session,
    /// After each transaction.
    Transaction,
    /// After each statement.
    Statement,
}

impl PoolMode {
    fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Transaction => "transaction",
            Self::Statement => "statement",
        }
    }
}

/// The port of every PgBouncer; each has an address of its own.
const PORT: u16 = 6432;

/// A PgBouncer, which ends when it is dropped.
#[derive(Debug)]
pub struct PgBouncer {
    directory: PathBuf,
    address: SocketAddr,
    process: Mutex<Option<Child>>,
}

impl PgBouncer {
    /// Starts PgBouncer with this many connections to the cluster for each database; `settings` are further lines of
    /// its file.
    pub fn start(cluster: &Cluster, mode: PoolMode, connections: u32, settings: &str) -> Self {
        let directory = scratch::fresh_directory("pgbouncer");
        let address = own_address(PORT);
        let (host, server) = (address.ip(), cluster.address());
        let (server_host, server_port) = (server.ip(), server.port());
        let mode = mode.name();
        let file = directory.join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host={server_host} port={server_port} user=postgres\n\
             [pgbouncer]\nlisten_addr = {host}\nlisten_port = {PORT}\nunix_socket_dir =\n\
             auth_type = any\npool_mode = {mode}\ndefault_pool_size = {connections}\nmax_client_conn = 1000\n{settings}\n"
        );
        fs::write(&file, text).unwrap_or_else(|error| panic!("cannot write its file: {error}"));
        INSTALLATION.give(&directory);
        INSTALLATION.give(&file);
        let bouncer = Self {
            directory,
            address,
            process: Mutex::new(None),
        };
        bouncer.resume();
        bouncer
    }

    /// Starts it again after [`PgBouncer::stop`].
    pub fn resume(&self) {
        let log = self.directory.join("log");
        let opened = File::options().create(true).append(true).open(&log);
        let opened = opened.unwrap_or_else(|error| panic!("cannot open its log: {error}"));
        let mut command = INSTALLATION.installed("pgbouncer");
        command
            .arg(self.directory.join("pgbouncer.ini"))
            .stdin(Stdio::null())
            .stderr(opened);
        let process = process::spawn(command, Signal::Kill)
            .unwrap_or_else(|error| panic!("cannot run pgbouncer: {error}"));
        *lock(&self.process) = Some(process);
        let deadline = Deadline::in_seconds(20);
        while TcpStream::connect(self.address).is_err() {
            let said = || fs::read_to_string(&log).unwrap_or_default();
            assert!(!deadline.is_over(), "pgbouncer does not start: {}", said());
            deadline.step_blocking();
        }
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        if let Some(process) = &*lock(&self.process) {
            process::send(process, signal);
        }
    }

    /// Kills it.
    pub fn stop(&self) {
        if let Some(mut process) = lock(&self.process).take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A database's URL through it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@{}/{database}", self.address)
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        self.stop();
    }
}
