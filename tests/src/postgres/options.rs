//! How a cluster is made.

use std::net::SocketAddr;

use super::Cluster;

/// How a cluster is made.
#[derive(Clone, Debug)]
pub struct Options {
    /// As Postgres takes them after `-c`; of two with the same name, the later one counts.
    pub(super) settings: Vec<String>,
    pub(super) tls: bool,
    /// Where it listens; `None` for an address of its own.
    pub(super) address: Option<SocketAddr>,
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

    pub(super) fn with_tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Makes the cluster and starts it.
    pub fn start(self) -> Cluster {
        Cluster::create(self)
    }
}
