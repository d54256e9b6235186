//! A PgBouncer in front of a cluster.

use std::fs::{self, File};
use std::process::{Child, Stdio};

use super::{Cluster, INSTALLATION, free_port};
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

/// A running PgBouncer, which ends when it is dropped.
#[derive(Debug)]
pub struct PgBouncer {
    port: u16,
    process: Child,
}

impl PgBouncer {
    /// Starts PgBouncer with this many connections to the cluster for each database; `settings` are further lines of
    /// its file.
    pub fn start(cluster: &Cluster, mode: PoolMode, connections: u32, settings: &str) -> Self {
        let directory = scratch::fresh_directory("pgbouncer");
        let port = free_port();
        let server = cluster.address().port();
        let mode = mode.name();
        let file = directory.join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={server} user=postgres\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = any\npool_mode = {mode}\ndefault_pool_size = {connections}\nmax_client_conn = 1000\n{settings}\n"
        );
        fs::write(&file, text).unwrap_or_else(|error| panic!("cannot write its file: {error}"));
        INSTALLATION.give(&directory);
        INSTALLATION.give(&file);
        let log = File::create(directory.join("log"))
            .unwrap_or_else(|error| panic!("cannot make its log: {error}"));
        let mut command = INSTALLATION.installed("pgbouncer");
        command.arg(&file).stdin(Stdio::null()).stderr(log);
        let process = process::spawn(command, Signal::Kill)
            .unwrap_or_else(|error| panic!("cannot run pgbouncer: {error}"));
        let bouncer = Self { port, process };
        let deadline = Deadline::in_seconds(20);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            let said = || fs::read_to_string(directory.join("log")).unwrap_or_default();
            assert!(!deadline.is_over(), "pgbouncer does not start: {}", said());
            deadline.step_blocking();
        }
        bouncer
    }

    /// A database's URL through it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
