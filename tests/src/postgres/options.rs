//! How a cluster is made.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::Cluster;
use crate::disk::{FailingDisk, SmallDisk};

/// The disk that the data is on.
#[derive(Clone, Debug)]
pub(super) struct Disk {
    pub(super) path: PathBuf,
    pub(super) failing: FailingDisk,
}

/// How a cluster is made.
#[derive(Clone, Debug)]
pub struct Options {
    /// As Postgres takes them after `-c`; of two with the same name, the later one counts.
    pub(super) settings: Vec<String>,
    pub(super) tls: bool,
    /// Where it listens; `None` for an address of its own.
    pub(super) address: Option<SocketAddr>,
    pub(super) disk: Option<Disk>,
}

impl Default for Options {
    /// As fast as can be: the end of its processes loses commits.
    fn default() -> Self {
        let settings = [
            "max_connections=400",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
        ];
        Self {
            settings: settings.map(str::to_owned).into(),
            tls: false,
            address: None,
            disk: None,
        }
    }
}

impl Options {
    /// A commit is acknowledged once the kernel has it, so that no end of its processes loses one.
    #[must_use]
    pub fn durable(self) -> Self {
        self.set("synchronous_commit", "on")
            // The kernel ends a write of a process that is killed in the middle of a page of Postgres.
            .set("full_page_writes", "on")
    }

    /// Sets a setting of Postgres.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.settings.push(format!("{name}={value}"));
        self
    }

    /// Listens at this address.
    #[must_use]
    pub fn at(mut self, address: SocketAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// Keeps the data on this disk, and syncs it. Its log is in files of a megabyte, so that it soon needs another.
    #[must_use]
    pub fn on_disk(mut self, small: &SmallDisk, failing: &FailingDisk) -> Self {
        self.disk = Some(Disk {
            path: small.path().join("postgres"),
            failing: failing.clone(),
        });
        self.durable()
            .set("fsync", "on")
            .set("min_wal_size", "2MB")
            .set("max_wal_size", "4MB")
    }

    /// Where the data is of a cluster with this directory.
    pub(super) fn data_in(&self, directory: &Path) -> PathBuf {
        match &self.disk {
            Some(disk) => disk.path.clone(),
            None => directory.join("data"),
        }
    }

    pub(super) fn with_tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Makes the cluster and starts it.
    pub fn start(self) -> Cluster {
        Cluster::create(self)
    }
}
