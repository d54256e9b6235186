//! Faults of the connections of one client of a cluster.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::Cluster;
use crate::fault::Fault;
use crate::process::{Signal, send_to};

/// How long to wait before looking for new connections.
const STEP: Duration = Duration::from_millis(20);

/// The connections of one client, present and future.
#[derive(Clone, Debug)]
pub struct Connections {
    cluster: Arc<Cluster>,
    client: String,
}

impl Connections {
    /// The connections of the client with this `application_name`.
    pub fn of(cluster: &Arc<Cluster>, client: &str) -> Self {
        Self {
            cluster: Arc::clone(cluster),
            client: client.to_owned(),
        }
    }

    /// Kills them again and again. At least one is open now.
    pub fn keep_killing(&self) -> Fault {
        let killed = self.select("count(pg_terminate_backend(pid))");
        assert_ne!(killed.trim(), "0", "{} is not connected", self.client);
        let connections = self.clone();
        repeat(move || {
            connections.select("count(pg_terminate_backend(pid))");
        })
    }

    /// Suspends the Postgres processes that serve them. At least one is open now.
    pub fn keep_freezing(&self) -> Fault {
        let mut frozen = Frozen::default();
        frozen.add(&self.select("pid"));
        assert!(!frozen.0.is_empty(), "{} is not connected", self.client);
        let connections = self.clone();
        repeat(move || frozen.add(&connections.select("pid")))
    }

    fn select(&self, what: &str) -> String {
        let client = &self.client;
        let query =
            format!("SELECT {what} FROM pg_stat_activity WHERE application_name = '{client}';");
        self.cluster.sql("postgres", &query)
    }
}

/// Repeats an action until the fault ends.
fn repeat(mut action: impl FnMut() + Send + 'static) -> Fault {
    let is_over = Arc::new(AtomicBool::new(false));
    let is_over_too = Arc::clone(&is_over);
    let thread = thread::spawn(move || {
        while !is_over.load(Ordering::Relaxed) {
            action();
            thread::sleep(STEP);
        }
    });
    Fault::begun(move || {
        is_over_too.store(true, Ordering::Relaxed);
        let ended = thread.join();
        assert!(
            ended.is_ok() || thread::panicking(),
            "the fault ended too early"
        );
    })
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

impl Drop for Frozen {
    fn drop(&mut self) {
        for id in &self.0 {
            send_to(*id, Signal::Continue);
        }
    }
}
