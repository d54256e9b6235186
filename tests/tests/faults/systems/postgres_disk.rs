//! Servers on one Postgres, whose disk fails.

use std::sync::Arc;

use azuma_tests::fault::Fault;
use azuma_tests::postgres::{Cluster, Options, database_of};
use azuma_tests::server::Setup;
use fastrand::Rng;

use super::super::node::Node;
use super::super::strike::{Part, Strike};
use super::disk::Disk;
use super::{Script, Smtp, System, settings};

/// Servers on one Postgres, whose data is on a disk of its own.
pub struct OnPostgresDisk {
    // Before the disk, which it writes to until it ends.
    cluster: Arc<Cluster>,
    database: String,
    nodes: Vec<Arc<Node>>,
    smtp: Smtp,
    disk: Disk,
}

impl OnPostgresDisk {
    /// Starts so many.
    pub fn start(count: usize) -> Self {
        let disk = Disk::mount();
        let options = Options::default().on_disk(disk.small(), disk.failing());
        let cluster = Arc::new(options.start());
        let url = cluster.create_database();
        let first = settings(Setup::postgres(&url));
        let smtp = Smtp::start(count);
        Self {
            cluster,
            database: database_of(&url).to_owned(),
            nodes: (0..count)
                .map(|number| Node::start(number, smtp.settings(number, first.elsewhere())))
                .collect(),
            smtp,
            disk,
        }
    }
}

impl System for OnPostgresDisk {
    fn nodes(&self) -> &[Arc<Node>] {
        &self.nodes
    }

    fn smtp(&self) -> &Smtp {
        &self.smtp
    }

    fn any_strike(&self, rng: &mut Rng) -> Strike {
        let number = rng.usize(0..self.nodes.len());
        match rng.u8(0..3) {
            0 => self.nodes[number].any_strike(rng),
            _ => {
                let cluster = Arc::clone(&self.cluster);
                let strike = self.disk.any_strike(Part::Database, rng, || ());
                // Postgres ends where it cannot write its log.
                strike.followed_by(move |fault| {
                    Fault::begun(move || {
                        fault.end();
                        cluster.supervise();
                    })
                })
            }
        }
    }

    fn try_ask(&self, script: &Script) -> Result<String, String> {
        self.cluster.try_sql(&self.database, script.postgres)
    }
}
