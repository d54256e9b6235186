//! Copies of a running cluster: backups and standbys.

use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::{Cluster, INSTALLATION, Options, expect_success};
use crate::deadline::Deadline;
use crate::scratch;

/// The name by which a primary knows its standby.
const STANDBY: &str = "standby";

/// A copy of all that a cluster holds, made by `pg_basebackup`. It is removed with its process's scratch directory unless a
/// cluster is started from it.
#[derive(Debug)]
pub struct Copy {
    directory: PathBuf,
    options: Options,
}

impl Copy {
    /// Copies a running cluster that has no TLS; a cluster from the copy has these options.
    pub fn of(cluster: &Cluster, options: Options) -> Self {
        let directory = scratch::fresh_directory("postgres");
        INSTALLATION.give(&directory);
        let mut command = INSTALLATION.program("pg_basebackup");
        command
            .args(["--no-sync", "--checkpoint=fast", "--wal-method=stream"])
            .args(["--username=postgres", "--host"])
            .arg(cluster.directory())
            .arg("--port")
            .arg(cluster.address().port().to_string())
            .arg("--pgdata")
            .arg(directory.join("data"));
        expect_success(&mut command, "pg_basebackup");
        Self { directory, options }
    }

    /// A cluster with what was committed when the copy was made.
    pub fn start(self) -> Cluster {
        Cluster::begin(self.directory, None, self.options)
    }

    /// A standby of the primary at this address.
    pub fn follow(self, primary: SocketAddr) -> Cluster {
        let signal = self.directory.join("data/standby.signal");
        File::create(&signal).unwrap_or_else(|error| panic!("no standby: {error}"));
        INSTALLATION.give(&signal);
        let (host, port) = (primary.ip(), primary.port());
        let place = format!("host={host} port={port} user=postgres application_name={STANDBY}");
        let options = self.options.set("primary_conninfo", &place);
        Cluster::begin(self.directory, None, options)
    }
}

impl Cluster {
    /// From now on a commit of this cluster, and of all copies of it, waits until its standby has it.
    pub fn wait_for_a_standby(&self) {
        let name = format!("ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}';");
        self.sql("postgres", &name);
        self.sql("postgres", "SELECT pg_reload_conf();");
    }

    /// Makes a primary of a standby.
    pub fn promote(&self) {
        let promoted = self.sql("postgres", "SELECT pg_promote();");
        assert_eq!(promoted.trim(), "t", "{}", self.log());
    }

    /// Waits until the standby has all that this primary has now.
    pub fn wait_until_replicated(&self) {
        let end = self.sql("postgres", "SELECT pg_current_wal_lsn();");
        let query = format!(
            "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' \
             AND application_name = '{STANDBY}' AND flush_lsn >= '{}';",
            end.trim()
        );
        let deadline = Deadline::in_seconds(60);
        while self.sql("postgres", &query).trim() != "1" {
            assert!(!deadline.is_over(), "the standby lags: {}", self.log());
            deadline.step_blocking();
        }
    }
}
