//! Faults of the connections of one client of a cluster.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Cluster;
use crate::deadline::Deadline;
use crate::fault::Fault;
use crate::process::{Signal, send_to};

/// The connections of one client, present and future.
#[derive(Clone, Debug)]
pub struct Connections {
    pub(super) cluster: Arc<Cluster>,
    client: String,
    /// A condition that `pg_stat_activity` fulfils for them.
    which: String,
}

impl Connections {
    /// The connections of the client with this `application_name`.
    pub fn of(cluster: &Arc<Cluster>, client: &str) -> Self {
        Self {
            cluster: Arc::clone(cluster),
            client: client.to_owned(),
            which: format!("application_name = '{client}'"),
        }
    }

    /// Those of them that asked for invalidations last, as the connections do that ask for nothing else. A client
    /// without a pooler has such.
    pub fn of_polls(cluster: &Arc<Cluster>, client: &str) -> Self {
        let all = Self::of(cluster, client);
        let which = format!("{} AND query LIKE 'SELECT \"invalidation%'", all.which);
        Self { which, ..all }
    }

    /// Waits until at least one is open.
    fn wait_until_open(&self) {
        let deadline = Deadline::in_seconds(40);
        while matches!(self.select("count(*)").trim(), "" | "0") {
            assert!(!deadline.is_over(), "{} does not connect", self.client);
            deadline.step_blocking();
        }
    }

    /// Kills them again and again, once at least one is open.
    pub fn keep_killing(&self) -> Fault {
        self.wait_until_open();
        let connections = self.clone();
        Fault::repeating(move || {
            connections.select("count(pg_terminate_backend(pid))");
        })
    }

    /// Suspends the Postgres processes that serve them, once at least one is open.
    pub fn keep_freezing(&self) -> Fault {
        self.wait_until_open();
        let frozen = Arc::new(Mutex::new(Frozen::default()));
        lock(&frozen).add(&self.select("pid"));
        let (connections, to_freeze) = (self.clone(), Arc::clone(&frozen));
        let freezing = Fault::repeating(move || {
            let ids = connections.select("pid");
            lock(&to_freeze).add(&ids);
        });
        Fault::begun(move || {
            // A suspended process may hold a lock that the next look waits for.
            lock(&frozen).proceed();
            freezing.end();
        })
    }

    /// What Postgres says of them: nothing while it is down.
    pub(super) fn select(&self, what: &str) -> String {
        let which = &self.which;
        let query = format!("SELECT {what} FROM pg_stat_activity WHERE {which};");
        self.cluster.try_sql("postgres", &query).unwrap_or_default()
    }
}

/// Processes that stay suspended until this is dropped.
#[derive(Default)]
struct Frozen(BTreeSet<u32>);

impl Frozen {
    /// Suspends the processes whose ids are listed, one a line.
    fn add(&mut self, ids: &str) {
        for id in ids.lines().filter_map(|line| line.trim().parse().ok()) {
            if self.0.insert(id) {
                send_to(id, Signal::Stop);
            }
        }
    }
}

impl Frozen {
    /// Resumes them.
    fn proceed(&self) {
        for id in &self.0 {
            send_to(*id, Signal::Continue);
        }
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        self.proceed();
    }
}

fn lock(frozen: &Mutex<Frozen>) -> MutexGuard<'_, Frozen> {
    frozen.lock().unwrap_or_else(PoisonError::into_inner)
}
